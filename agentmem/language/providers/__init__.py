"""What chat models and embedders of one provider share: clients, errors told apart, patience."""

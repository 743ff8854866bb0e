"""Moving house: namespaces copied whole from one store to another, or to a file and back."""

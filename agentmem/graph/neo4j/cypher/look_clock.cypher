// What time the server thinks it is, in milliseconds since 1970.
RETURN datetime().epochMillis

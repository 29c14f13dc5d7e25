# Read by the entry point of the postgres image (compose.yaml), once, on an empty volume: a role that owns one database
# and nothing else.
psql --username postgres --set ON_ERROR_STOP=1 --set password="$(cat /run/secrets/database_password)" <<'SQL'
CREATE ROLE turnero LOGIN PASSWORD :'password';
CREATE DATABASE turnero OWNER turnero;
SQL

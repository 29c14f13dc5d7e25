-- What the role of Turnero's connections carries where a pooler stands between: the time-outs of turnero/db.py, which
-- a connection cannot bring through it. Harmless without a pooler. Run it once, as the owner of the cluster:
--   psql --dbname turnero --file role.sql
ALTER ROLE turnero SET lock_timeout = '3s';
ALTER ROLE turnero SET statement_timeout = '15s';
ALTER ROLE turnero SET idle_in_transaction_session_timeout = '30s';

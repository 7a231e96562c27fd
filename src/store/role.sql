-- Makes the role that serves, which owns nothing, and sets its password: psql with SERVING_PASSWORD in the environment.
-- What it may do, `sparkgate migrate --serve-as sparkgate_serve` gives it.
\getenv password SERVING_PASSWORD
select 'create role sparkgate_serve login'
 where not exists (select from pg_roles where rolname = 'sparkgate_serve') \gexec
alter role sparkgate_serve password :'password';

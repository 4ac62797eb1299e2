"""Ways out of the lake: files, hosts, catalogs, settings, statements that are no SELECT, functions that tell of the machine."""

from __future__ import annotations

from tests.access.bypass.case import Case, hidden, refused

FILES = refused(
    "files",
    "SQL-04 SQL-05 SQL-08",
    """
select * from read_csv('/etc/passwd')
select * from read_csv_auto('/etc/passwd', delim = ':')
select * from read_text('/etc/passwd')
select * from read_blob('/proc/self/environ')
select * from read_json('/etc/os-release')
select * from read_json_auto('x.json')
select * from read_json_objects('x.json')
select * from read_ndjson('x.ndjson')
select * from read_parquet('data/**/*.parquet')
select * from parquet_scan('data/**/*.parquet')
select * from parquet_metadata('data/**/*.parquet')
select * from parquet_schema('data/**/*.parquet')
select * from parquet_file_metadata('data/**/*.parquet')
select * from parquet_kv_metadata('data/**/*.parquet')
select * from parquet_bloom_probe('data/**/*.parquet', 'email', 'ana@mail.test')
select * from glob('/**')
select * from sniff_csv('/etc/passwd')
select * from read_duckdb('catalogs/x.ducklake')
select * from 'https://example.com/x.csv'
select * from 's3://bucket/x.parquet'
select * from 'data/westeurope/customer/profiles/x.parquet'
select * from "/etc/passwd"
select * from "x.csv"
from 'file.json'
from '/proc/self/maps'
select (from read_text('/etc/passwd') select content)
select * from @p, lateral read_text(segment)
select * from @p where segment in (select content from read_text('/etc/hostname'))
with x as (from read_text('/etc/passwd')) from x
select read_text('/etc/passwd')
select read_blob('/etc/passwd')
select exists(from glob('/var/*'))
select * from http_get('http://127.0.0.1/')
select http_get('http://127.0.0.1/')
select * from read_xlsx('x.xlsx')
select * from st_read('x.shp')
select * from sqlite_scan('control.sqlite', 'audit_leaves')
select * from postgres_scan('host=127.0.0.1', 'public', 'x')
select * from iceberg_scan('x')
select * from delta_scan('x')
select * from arrow_scan(1, 2, 3)
select * from pandas_scan(1)
select * from python_map_function(1)
""",
)
CATALOGS = refused(
    "catalogs",
    "SQL-04 SQL-05 SQL-08 NAME-02",
    """
select * from duckdb_databases()
select * from duckdb_databases
select * from duckdb_tables
select * from duckdb_columns()
select * from duckdb_views()
select * from duckdb_secrets()
select * from duckdb_settings()
select * from duckdb_settings
select * from duckdb_functions()
select * from duckdb_memory()
select * from duckdb_temporary_files()
select * from duckdb_logs
select * from duckdb_extensions()
select * from duckdb_keywords()
select * from duckdb_approx_database_count()
select * from duckdb_connection_count()
select * from duckdb_external_file_cache()
select * from duckdb_prepared_statements()
select * from duckdb_log_contexts()
select * from pragma_database_list
select * from pragma_database_list()
select * from pragma_table_info('data')
select * from pragma_storage_info('data')
select * from pragma_show('data')
select * from pragma_version()
select * from pragma_metadata_info()
select * from pragma_user_agent()
select * from sqlite_master
select * from sqlite_schema
select * from sqlite_temp_master
select * from information_schema.tables
select * from information_schema.columns
select * from information_schema.schemata
select * from "information_schema"."tables"
select * from INFORMATION_SCHEMA.TABLES
select * from pg_catalog.pg_tables
select * from pg_catalog.pg_class
select * from pg_tables
select * from pg_class
select * from pg_attribute
select * from pg_settings
select * from pg_namespace
select * from system.information_schema.tables
select * from system.main.duckdb_databases
select * from main.duckdb_databases
select * from temp.main.x
select * from memory.main.data
select * from lake.customer.profiles
select * from x.customer.profiles
select * from "mesh_0000000000000000".main.data
select * from "__ducklake_metadata_mesh_0000000000000000".main.ducklake_data_file
select * from main.ducklake_data_file
select * from ducklake_data_file
select * from ducklake_snapshots('mesh_0000000000000000')
select * from ducklake_list_files('mesh_0000000000000000', 'data')
select * from ducklake_table_info('mesh_0000000000000000')
select * from ducklake_options('mesh_0000000000000000')
select * from ducklake_table_changes('mesh_0000000000000000', 'main', 'data', 0, 9)
select * from ducklake_table_insertions('mesh_0000000000000000', 'main', 'data', 0, 9)
select * from ducklake_table_deletions('mesh_0000000000000000', 'main', 'data', 0, 9)
select * from mesh_0000000000000000.snapshots()
select * from mesh_0000000000000000.table_info()
select * from seq_scan('data')
select * from index_scan('data')
select * from test_all_types()
select * from test_vector_types(null::int)
select * from query('select 42')
select * from query('from customer.profiles')
select * from query_table('customer.profiles')
select * from query_table(['profiles'])
select * from checkpoint()
select * from force_checkpoint()
select * from summary((from @p))
select * from json_execute_serialized_sql(json_serialize_sql('select 1'))
select * from json_each('{}')
select * from which_secret('s3://x', 's3')
select * from enable_logging()
select * from repeat_row(1, num_rows = 3)
select * from repeat('x', 3)
""",
)
SHADOWS = refused(
    "shadows",
    "SQL-04 SQL-07 SQL-08",
    """
with "duckdb_databaſes" as (select 1) select * from duckdb_databases
with "duckdb_ſettings" as (select 1) select * from duckdb_settings
with "duckdb_tableſ" as (select 1) select * from duckdb_tables
with "pragma_databaſe_liſt" as (select 1) select * from pragma_database_list
with "ſqlite_maſter" as (select 1) select * from sqlite_master
with "duckdb_columnſ" as (select 1) select * from DUCKDB_COLUMNS
with "duckdb_viewſ" as (select 1 as a) select * from duckdb_views union all by name select * from duckdb_views
with "duckdb_tableſ" as (select 1) select (select count(*) from duckdb_tables)
with "duckdb_ſecretſ" as (select 1), b as (select * from duckdb_secrets) from b
with "duckdb_databaſes" as (select 1) select * from (select * from (from duckdb_databases))
with "ß" as (select 1) select * from ss
with duckdb_databases as (select 1 as a) select (select 2 from duckdb_databases x), * from duckdb_databases
with duckdb_tables as (select 1 as a) select * from duckdb_tables
with recursive duckdb_settings as (select name from duckdb_settings union all select name from duckdb_settings) from duckdb_settings
with recursive duckdb_settings(n) as (select 1 union all (select name from duckdb_settings)) from duckdb_settings
with recursive sqlite_master as (select 1 as a union all select a from sqlite_master where a > 2) from sqlite_master
with pragma_database_list as materialized (select 1 as a) select * from pragma_database_list
with "x.csv" as (select 1 as a) select * from "x.csv"
with "/etc/passwd" as (select 1 as a) select * from "/etc/passwd"
with "X.CSV" as (select 1 as a) select * from "x.csv"
with t as (select * from duckdb_tables) select * from t
select * from (with duckdb_tables as (select 1) select 1) a, duckdb_tables
with a as (with duckdb_tables as (select 1) select 1) select * from duckdb_tables
select * from (select 1) duckdb_tables, duckdb_tables
""",
)
STATEMENTS = refused(
    "statements",
    "SQL-05 SQL-01 SQL-04",
    """
copy @p to '/tmp/x.csv'
copy (from @p) to '/tmp/x.parquet' (format parquet)
copy (select 1) to '/dev/stdout'
copy @p from '/etc/passwd'
attach '/tmp/x.db' as x
attach ':memory:' as m
attach 'ducklake:catalogs/x.ducklake' as y
detach memory
use memory
create table t as from @p
create temp table t as from @p
create view v as from @p
create or replace temp view profiles as select 1
create macro m() as table from @p
create macro upper(x) as 'x'
create function f(x) as x
create schema s
create sequence s
create type mood as enum ('a')
create secret s (type s3)
create index i on @p (email)
insert into @p values (1)
update @p set email = 'x'
delete from @p
truncate @p
merge into @p using (select 1) x on true when matched then delete
drop table @p
drop view profiles
alter table @p rename to x
comment on table @p is 'x'
set memory_limit = '100GB'
set enable_external_access = true
set search_path = 'system'
set file_search_path = '/'
set threads = 64
set variable x = 1
reset lock_configuration
pragma database_list
pragma enable_profiling
pragma enable_verification
call pragma_version()
call ducklake_expire_snapshots('x')
checkpoint
force checkpoint
vacuum
analyze
load httpfs
install httpfs
install spatial from 'http://example.com'
force install httpfs
update extensions
export database '/tmp/x'
import database '/tmp/x'
begin
begin transaction
commit
rollback
prepare q as select * from @p
execute q
deallocate q
explain select * from @p
explain analyze select * from @p
explain (format json) select * from @p
describe @p
describe select * from @p
desc @p
show tables
show all tables
show databases
show @p
summarize @p
summarize select * from @p
select * from (describe @p)
select * from (show tables)
select * from (summarize @p)
from (describe select * from @p)
with d as (summarize @p) from d
select (select count(*) from (show all tables))
select 1; select 2
select 1; drop table x
select 1; select * from @p
; ; select 1; select 2;
pivot @p on segment using count(*)
pivot @v on city using sum(amount) group by tags
from (pivot @v on city using sum(amount))
pivot_wider @p on segment using count(*)
""",
)
AT = refused(
    "at",
    "SQL-04 SQL-01",
    """
select * from @p at (version => 1)
select * from @p at (version => 0)
select * from @p at (timestamp => timestamp '2020-01-01')
select * from @p at (timestamp => now())
select * from @p p at (version => 1) join @p q using (segment)
select * from (select * from @p at (version => 1))
with old as (from @p at (version => 1)) from old
""",
)
FUNCTIONS = refused(
    "functions",
    "SQL-04 SQL-08 SQL-01",
    """
select getenv('HOME')
select getenv('MESH_HOME')
select current_setting('temp_directory')
select current_setting('allowed_directories')
select current_setting(segment) from @p
select current_user
select session_user
select current_role
select current_catalog
select current_database()
select current_schema()
select current_schemas(true)
select current_query()
select current_query_id()
select current_transaction_id()
select current_connection_id()
select txid_current()
select version()
select "version"()
select VERSION()
select system.main.version()
select main.version()
select pg_catalog.version()
select getvariable('x')
select nextval('s')
select currval('s')
select setseed(0.5)
select in_search_path('memory', 'main')
select has_table_privilege('x', 'y')
select pg_get_viewdef(1)
select pg_table_is_visible(1)
select pg_typeof(1), pg_get_expr('x', 1)
select obj_description(1, 'pg_class')
select col_description(1, 1)
select inet_server_addr()
select write_log('x')
select write_log(segment) from @p
select stats(segment) from @p
select sleep_ms(10000)
select vector_type(email) from @p
select vector_type(segment) from @p
select json_serialize_sql('select 1')
select json_deserialize_sql('{}')
select json_serialize_plan('select 1')
select __internal_compress_string_utinyint('a')
select __internal_decompress_string(1::utinyint)
select get_block_size('memory')
select duckdb_columns()
select pragma_version()
select query('select 1')
select query_table('x')
select which_secret('x', 's3')
select email.getenv() from @p
select 'HOME'.getenv()
select 'temp_directory'.current_setting()
select [x.current_setting() for x in ['temp_directory']]
select list_transform(['HOME'], x -> getenv(x))
select unknown_function(segment) from @p
select ducklake_version()
select load_aws_credentials()
select shell('id')
select system('id')
select os.system('id')
select eval('1')
select apply_scalar_macro(1)
select pg_sleep(10)
select xp_cmdshell('id')
select load_extension('x')
select lo_import('/etc/passwd')
select pg_read_file('/etc/passwd')
""",
)
TYPES = hidden(
    "types",
    """
select 'customer.profiles'::regclass
select 'data'::regclass::int
select cast('x' as mood)
select cast('x' as main.mood)
select cast(1 as "mesh_0000000000000000".main.t)
select enum_range(null::mood)
select null::struct(a int)[]
select cast(p as varchar) from @p p
select p::json from @p p
select to_json(p) from @p p
select row_to_json(p) from @p p
select p::struct(customer_id varchar, email varchar, card varchar, postcode varchar, birth_date date, latitude double, segment varchar) from @p p
select typeof(p) from @p p
select json_structure(to_json(p)) from @p p
select 'customer.profiles'::regtype
select 1::"information_schema"."tables"
select make_type('VARCHAR')
select get_type(email) from @p
select typeof(customer_id) from @p
select alias(email), alias(birth_date) from @p
select user
""",
)
ALL: list[Case] = [*FILES, *CATALOGS, *SHADOWS, *STATEMENTS, *AT, *FUNCTIONS, *TYPES]

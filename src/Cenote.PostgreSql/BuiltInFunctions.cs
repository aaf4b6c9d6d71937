namespace Cenote.PostgreSql;

/// <summary>
/// The built-in functions of PostgreSQL that leave no trace in a session. Left out are functions that set, lock,
/// prepare, run the text of a statement, or reach another server.
/// </summary>
internal static class BuiltInFunctions
{
    internal static readonly IReadOnlyCollection<string> All = (
        "abs acos acosd acosh age any_value array_agg array_append array_cat array_dims array_fill " +
        "array_length array_lower array_ndims array_position array_positions array_prepend array_remove " +
        "array_replace array_sample array_shuffle array_to_json array_to_string array_upper ascii asin asind " +
        "asinh atan atan2 atan2d atand atanh avg bit_and bit_count bit_length bit_or bit_xor bool_and bool_or " +
        "bound_box box broadcast btrim cardinality cbrt ceil ceiling center char_length character_length chr " +
        "circle clock_timestamp col_description concat concat_ws convert convert_from convert_to corr cos " +
        "cosd cosh cot cotd count covar_pop covar_samp crc32 crc32c cume_dist current_database current_query " +
        "current_schema current_schemas current_setting currval date_add date_bin date_part date_subtract " +
        "date_trunc decode degrees dense_rank diagonal diameter div encode erf erfc every exp factorial " +
        "first_value floor format format_type gcd gen_random_uuid generate_series generate_subscripts get_bit " +
        "get_byte get_current_ts_config has_any_column_privilege has_column_privilege has_database_privilege " +
        "has_function_privilege has_schema_privilege has_sequence_privilege has_table_privilege hashtext " +
        "height host hostmask inet_client_addr inet_client_port inet_merge inet_same_family inet_server_addr " +
        "inet_server_port initcap isclosed isempty isfinite isopen json_agg json_agg_strict json_array " +
        "json_array_elements json_array_elements_text json_array_length json_arrayagg json_build_array " +
        "json_build_object json_each json_each_text json_exists json_extract_path json_extract_path_text " +
        "json_object json_object_agg json_object_keys json_query json_scalar json_serialize json_strip_nulls " +
        "json_table json_to_record json_to_recordset json_typeof json_value jsonb_agg jsonb_array_elements " +
        "jsonb_array_elements_text jsonb_array_length jsonb_build_array jsonb_build_object jsonb_each " +
        "jsonb_each_text jsonb_extract_path jsonb_extract_path_text jsonb_insert jsonb_object " +
        "jsonb_object_agg jsonb_object_keys jsonb_path_exists jsonb_path_match jsonb_path_query " +
        "jsonb_path_query_array jsonb_path_query_first jsonb_pretty jsonb_set jsonb_set_lax jsonb_strip_nulls " +
        "jsonb_to_record jsonb_to_recordset jsonb_typeof justify_days justify_hours justify_interval lag " +
        "last_value lastval lcm lead left length line ln log log10 lower lower_inc lower_inf lpad lseg ltrim " +
        "macaddr8_set7bit make_date make_interval make_time make_timestamp make_timestamptz masklen max md5 " +
        "merge_action min min_scale mod mode multirange netmask network nextval normalize now npoints " +
        "nth_value ntile num_nonnulls num_nulls numnode obj_description octet_length parse_ident path " +
        "percent_rank percentile_cont percentile_disc pg_advisory_xact_lock pg_advisory_xact_lock_shared " +
        "pg_backend_pid pg_blocking_pids pg_client_encoding pg_column_size pg_current_snapshot " +
        "pg_current_wal_lsn pg_current_xact_id pg_current_xact_id_if_assigned pg_database_size " +
        "pg_get_constraintdef pg_get_expr pg_get_indexdef pg_get_serial_sequence pg_get_userbyid " +
        "pg_get_viewdef pg_indexes_size pg_is_in_recovery pg_last_wal_receive_lsn pg_last_wal_replay_lsn " +
        "pg_last_xact_replay_timestamp pg_my_temp_schema pg_notify pg_postmaster_start_time pg_relation_size " +
        "pg_size_bytes pg_size_pretty pg_sleep pg_sleep_for pg_sleep_until pg_table_is_visible pg_table_size " +
        "pg_total_relation_size pg_try_advisory_xact_lock pg_try_advisory_xact_lock_shared pg_type_is_visible " +
        "pg_typeof pg_wal_lsn_diff pg_xact_status phraseto_tsquery pi plainto_tsquery point polygon power " +
        "quote_ident quote_literal quote_nullable radians radius random range_agg range_intersect_agg " +
        "range_merge rank regexp_count regexp_instr regexp_like regexp_match regexp_matches regexp_replace " +
        "regexp_split_to_array regexp_split_to_table regexp_substr regr_avgx regr_avgy regr_count " +
        "regr_intercept regr_r2 regr_slope regr_sxx regr_sxy regr_syy repeat replace reverse right round " +
        "row_number row_to_json rpad rtrim scale set_bit set_byte set_masklen setweight sha224 sha256 sha384 " +
        "sha512 shobj_description sign sin sind sinh slope split_part sqrt starts_with statement_timestamp " +
        "stddev stddev_pop stddev_samp string_agg string_to_array string_to_table strip strpos substr sum tan " +
        "tand tanh text timeofday to_ascii to_bin to_char to_date to_hex to_json to_jsonb to_number to_oct " +
        "to_regclass to_regnamespace to_regproc to_regprocedure to_regrole to_regtype to_timestamp to_tsquery " +
        "to_tsvector transaction_timestamp translate trim_array trim_scale trunc ts_delete ts_filter " +
        "ts_headline ts_rank ts_rank_cd tsquery_phrase tsvector_to_array txid_current " +
        "txid_current_if_assigned txid_current_snapshot txid_status unicode_assigned unistr unnest upper " +
        "upper_inc upper_inf uuid_extract_timestamp uuid_extract_version uuidv4 uuidv7 var_pop var_samp " +
        "variance version websearch_to_tsquery width width_bucket").Split(' ');
}

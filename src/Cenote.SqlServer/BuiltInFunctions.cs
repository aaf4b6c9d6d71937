namespace Cenote.SqlServer;

/// <summary>
/// The built-in functions of SQL Server that leave no trace in a session. Left out are functions that set, lock,
/// prepare, run the text of a statement, or reach another server.
/// </summary>
internal static class BuiltInFunctions
{
    internal static readonly IReadOnlyCollection<string> All = (
        "abs acos approx_count_distinct ascii asin atan atn2 avg bigint binary bit bit_count ceiling char " +
        "charindex checksum checksum_agg choose compress concat concat_ws convert cos cot count count_big " +
        "cume_dist current_timezone datalength date date_bucket dateadd datediff datediff_big datefromparts " +
        "datename datepart datetime datetime2 datetime2fromparts datetimefromparts datetimeoffset " +
        "datetimeoffsetfromparts datetrunc day db_id db_name decimal decompress degrees dense_rank difference " +
        "edge_id_from_parts eomonth error_line error_message error_number error_procedure error_severity " +
        "error_state exp first_value float floor format formatmessage generate_series getdate getutcdate " +
        "greatest grouping_id has_perms_by_name hashbytes host_id host_name iif int is_member is_rolemember " +
        "isdate isjson isnull isnumeric json_array json_arrayagg json_modify json_object json_objectagg " +
        "json_path_exists json_query json_value lag last_value lead least left left_shift len log log10 lower " +
        "ltrim max min money month nchar newid newsequentialid ntile numeric nvarchar object_definition " +
        "object_id object_name object_schema_name openjson original_login parse parsename patindex " +
        "percent_rank percentile_cont percentile_disc pi power quotename radians rand rank regexp_count " +
        "regexp_like regexp_replace regexp_substr replace replicate reverse right right_shift round " +
        "row_number rowcount_big rtrim schema_id schema_name scope_identity serverproperty session_context " +
        "sessionproperty sign sin smalldatetime smalldatetimefromparts smallint soundex space sqrt square " +
        "stdev stdevp str string_agg string_escape string_split stuff sum suser_id suser_name suser_sid " +
        "suser_sname switchoffset sysdatetime sysdatetimeoffset sysutcdatetime tan time timefromparts tinyint " +
        "todatetimeoffset translate try_cast try_convert try_parse type_id type_name unicode upper user_id " +
        "user_name var varbinary varchar varp xact_state year").Split(' ');
}

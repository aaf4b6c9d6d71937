namespace Cenote.PostgreSql;

/// <summary>The statements that clear a session. A type of its own, so that Npgsql's tracing can omit it.</summary>
internal sealed class ResetBatch(NpgsqlConnection session) : NpgsqlBatch(session);

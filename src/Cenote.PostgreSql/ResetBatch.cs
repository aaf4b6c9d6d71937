namespace Cenote.PostgreSql;

/// <summary>
/// The statements that reset a session. They have their own type, so that Npgsql's tracing can omit them.
/// </summary>
internal sealed class ResetBatch(NpgsqlConnection session) : NpgsqlBatch(session);

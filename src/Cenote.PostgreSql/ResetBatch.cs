using Npgsql;

namespace Cenote.PostgreSql;

/// <summary>What clears a session. A type of its own, so that Npgsql's tracing can be told to leave it out.</summary>
internal sealed class ResetBatch(NpgsqlConnection session) : NpgsqlBatch(session);

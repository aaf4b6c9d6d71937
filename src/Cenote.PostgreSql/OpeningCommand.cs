namespace Cenote.PostgreSql;

/// <summary>
/// A query of a newly opened session. It has its own type, so that Npgsql's tracing can omit it.
/// </summary>
internal sealed class OpeningCommand(string text, NpgsqlConnection session) : NpgsqlCommand(text, session);

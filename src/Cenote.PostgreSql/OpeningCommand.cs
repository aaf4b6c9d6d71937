namespace Cenote.PostgreSql;

/// <summary>
/// A question to a session that was just opened. A type of its own, so that Npgsql's tracing can omit it.
/// </summary>
internal sealed class OpeningCommand(string text, NpgsqlConnection session) : NpgsqlCommand(text, session);

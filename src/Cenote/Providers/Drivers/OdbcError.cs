namespace Cenote.Providers.Drivers;

/// <summary>An error that an ODBC driver reports.</summary>
/// <param name="State">The SQLSTATE; empty when unknown.</param>
/// <param name="Native">The number of the database; 0 when unknown.</param>
internal readonly record struct OdbcError(string State, int Native);

using System.Data;
using Cenote.Providers;

namespace Cenote.Tests.Statements;

/// <summary>The rules of a dialect with a few built-in functions.</summary>
internal sealed class FakeSessionRules(SqlDialect dialect) : ISessionRules
{
    public SqlDialect Dialect => dialect;

    public IReadOnlyCollection<string> HarmlessFunctions => ["lower", "count", "now", "last_insert_id", "nextval", "rand", "replace", "insert", "jsonb_to_recordset", "varchar"];

    public SqlLiteralRules LiteralRules => dialect switch
    {
        SqlDialect.PostgreSql => SqlLiteralRules.DoubleQuotedIdentifiers,
        SqlDialect.MySql => SqlLiteralRules.BackslashEscapes,
        _ => SqlLiteralRules.DoubleQuotedIdentifiers | SqlLiteralRules.BracketedIdentifiers | SqlLiteralRules.NoBackslashEscapes,
    };

    public bool LeavesNothing(PhysicalConnection connection, IsolationLevel isolationLevel) => isolationLevel == IsolationLevel.Unspecified;
}

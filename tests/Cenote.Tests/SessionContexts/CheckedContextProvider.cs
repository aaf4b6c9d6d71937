using System.Data;
using Cenote.Providers;

namespace Cenote.Tests.SessionContexts;

/// <summary>A stub whose sessions carry contexts, and whose statements the pool can check.</summary>
internal sealed class CheckedContextProvider(StubDatabase database) : StubContextProvider(database), ISessionRules
{
    public SqlDialect Dialect => SqlDialect.PostgreSql;

    public IReadOnlyCollection<string> HarmlessFunctions => [];

    public bool LeavesNothing(PhysicalConnection connection, IsolationLevel isolationLevel) => true;
}

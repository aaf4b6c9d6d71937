using Microsoft.EntityFrameworkCore.Storage;
using Npgsql.EntityFrameworkCore.PostgreSQL;

namespace Cenote.EntityFrameworkCoreTests.Watching;

/// <summary>What <c>EnableRetryOnFailure(2)</c> makes, remembering what it was asked about.</summary>
internal sealed class WatchedStrategy(ExecutionStrategyDependencies dependencies)
    : NpgsqlRetryingExecutionStrategy(dependencies, 2, TimeSpan.FromMilliseconds(20), errorCodesToAdd: null)
{
    public List<Exception> Seen { get; } = [];

    protected override bool ShouldRetryOn(Exception? exception)
    {
        Seen.Add(exception!);
        return base.ShouldRetryOn(exception);
    }
}

using Microsoft.EntityFrameworkCore.Infrastructure;

namespace Cenote.EntityFrameworkCore.Configuration;

/// <summary>The data that decides whether contexts can share EF Core's internal services.</summary>
internal sealed class PoolOptionsInfo(PoolOptionsExtension extension) : DbContextOptionsExtensionInfo(extension)
{
    public override bool IsDatabaseProvider => false;

    public override string LogFragment => $"using connection {extension.Description} ";

    private ReplicaQueries? Queries => extension.Queries;

    // Services find the pool through the context's options, so that all pools, for example one per tenant, share them.
    // Compiled queries, which are among them, are marked for replicas or not.
    public override int GetServiceProviderHashCode() => Queries.GetHashCode();

    public override bool ShouldUseSameServiceProvider(DbContextOptionsExtensionInfo other) => other is PoolOptionsInfo info && info.Queries == Queries;

    public override void PopulateDebugInfo(IDictionary<string, string> debugInfo) => debugInfo["Cenote:ConnectionPool"] = Queries?.ToString() ?? "1";
}

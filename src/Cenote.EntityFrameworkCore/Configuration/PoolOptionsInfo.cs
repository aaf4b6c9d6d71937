using Microsoft.EntityFrameworkCore.Infrastructure;

namespace Cenote.EntityFrameworkCore.Configuration;

/// <summary>The data that decides whether contexts can share EF Core's internal services.</summary>
internal sealed class PoolOptionsInfo(PoolOptionsExtension extension) : DbContextOptionsExtensionInfo(extension)
{
    public override bool IsDatabaseProvider => false;

    public override string LogFragment => $"using connection pool '{extension.Description}' ";

    // Services find the pool through the context's options, so that all pools, for example one per tenant, share them.
    public override int GetServiceProviderHashCode() => 0;

    public override bool ShouldUseSameServiceProvider(DbContextOptionsExtensionInfo other) => other is PoolOptionsInfo;

    public override void PopulateDebugInfo(IDictionary<string, string> debugInfo) => debugInfo["Cenote:ConnectionPool"] = "1";
}

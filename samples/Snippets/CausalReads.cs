using System.Data.Common;
using Cenote;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Snippets;

internal static class CausalReads
{
    internal static async Task ScopeAsync(ReplicaSet orders)
    {
        #region scope
        using var scope = orders.BeginCausalScope();

        await using (var write = await orders.OpenWriteConnectionAsync())
        {
            await SaveAddressAsync(write);
        }

        await using var read = await orders.OpenReadConnectionAsync();         // sees the address, on whatever server
        #endregion
    }

    internal static async Task<CausalToken> TokenAsync(ReplicaSet orders, CausalToken earlier)
    {
        #region token
        CausalToken token;
        await using (var write = await orders.OpenWriteConnectionAsync())
        {
            await SaveAddressAsync(write);                                      // committed
            token = await orders.GetTokenAsync(write);
        }

        var both = token.Combine(earlier);
        await using var read = await orders.OpenReadConnectionAsync(both);      // sees what either stands for
        #endregion
        return both;
    }

    internal static WebApplication OverHttp(WebApplicationBuilder builder, byte[] signingKey)
    {
        #region http
        builder.Services.AddReplicaSet("shop", set => set
            .ConfigurePools(pool => pool.UsePostgreSql())
            .Configure(options => options.TokenSigningKeys = [signingKey]));                // the same in every service
        builder.Services.AddHttpClient("billing").AddCausalTokens("shop");                  // to another service and back

        var app = builder.Build();
        app.UseCausalReads("shop", options => options.CookieName = "shop-token");           // for browsers; the header is always on
        #endregion
        return app;
    }

    private static async Task SaveAddressAsync(DbConnection connection)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = "UPDATE customers SET address = 'Rue de la Source 7' WHERE id = 7";
        await command.ExecuteNonQueryAsync();
    }
}

using System.Data.Common;
using Cenote;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

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

    internal static void OverHttp(WebApplication app, ReplicaSet orders)
    {
        #region http
        app.Use(async (context, handle) =>
        {
            var seen = orders.TryParseToken(context.Request.Cookies["seen"], out var token) ? token : null;    // an invalid token is ignored
            using var scope = orders.BeginCausalScope(seen);
            context.Response.OnStarting(async () =>
            {
                if (await scope.GetTokenAsync() is { } next)
                {
                    context.Response.Cookies.Append("seen", next.ToString(), new CookieOptions { HttpOnly = true, Secure = true });
                }
            });
            await handle(context);
        });
        #endregion
    }

    private static async Task SaveAddressAsync(DbConnection connection)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = "UPDATE customers SET address = 'Rue de la Source 7' WHERE id = 7";
        await command.ExecuteNonQueryAsync();
    }
}

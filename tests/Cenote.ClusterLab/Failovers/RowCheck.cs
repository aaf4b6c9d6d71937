using Cenote.ClusterLab.Clients;
using Cenote.ClusterLab.Clusters;

namespace Cenote.ClusterLab.Failovers;

/// <summary>What the servers themselves have, asked without a pool.</summary>
internal static class RowCheck
{
    /// <summary>Waits until all servers have the same rows, after the last client has stopped.</summary>
    /// <returns>The rows of the given server, and whether the others came to have the same.</returns>
    internal static async Task<(HashSet<Row> Rows, bool Agree)> ReadAsync(Cluster cluster, int port)
    {
        HashSet<Row> rows = [];
        var agree = await Patience.UntilAsync(
            async () =>
            {
                rows = await RowsAsync(cluster, port);
                foreach (var other in cluster.Ports.Where(other => other != port))
                {
                    if (!rows.SetEquals(await RowsAsync(cluster, other)))
                    {
                        return false;
                    }
                }

                return true;
            },
            Patience.Limit);
        return (rows, agree);
    }

    private static async Task<HashSet<Row>> RowsAsync(Cluster cluster, int port)
    {
        await using var admin = cluster.CreateAdminConnection(port);
        HashSet<Row> rows = [];
        try
        {
            await admin.OpenAsync();
            await using var command = admin.CreateCommand();
            command.CommandText = cluster.AllRows;
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync())
            {
                rows.Add(new Row(reader.GetInt32(0), reader.GetInt32(1)));
            }
        }
        catch (DbException)
        {
            // It does not answer yet: it has no rows to show.
            rows.Clear();
        }

        return rows;
    }
}

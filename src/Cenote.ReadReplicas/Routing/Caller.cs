namespace Cenote.ReadReplicas.Routing;

/// <summary>Who asks, for reports.</summary>
internal readonly record struct Caller(string? FilePath, int LineNumber, string? MemberName)
{
    internal bool TryRent(ConnectionPool pool, out ConnectionLease lease) => pool.TryRent(out lease, FilePath!, LineNumber, MemberName!);
}

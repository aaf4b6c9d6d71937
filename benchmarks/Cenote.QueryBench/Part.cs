namespace Cenote.QueryBench;

/// <summary>A part of the benchmark: sides on one server, compared at several numbers of clients.</summary>
/// <param name="Name">The name for <c>--only</c>.</param>
/// <param name="Variable">The environment variable with the server's connection string.</param>
/// <param name="IsBlocking">Whether the clients are threads that block.</param>
/// <param name="Clients">The numbers of clients.</param>
/// <param name="ConnectAsync">Opens the sides' pools, the one that others are compared with first.</param>
/// <param name="Goals">The targets.</param>
internal sealed record Part(
    string Name, string Variable, bool IsBlocking, int[] Clients, Func<string, Task<IReadOnlyList<ISide>>> ConnectAsync, params Goal[] Goals);

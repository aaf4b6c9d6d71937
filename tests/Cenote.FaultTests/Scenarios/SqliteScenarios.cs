using Cenote.FaultTests.Clients;

namespace Cenote.FaultTests.Scenarios;

/// <summary>
/// What happens to the files of SQLite. An open file lives on when it is moved or its mode changes: the operator
/// retires the connections, as an operator would who replaces a file.
/// </summary>
internal static class SqliteScenarios
{
    private static readonly Scenario ReadOnly = new(
        "file read-only", MakeReadOnlyAsync, static incident => incident.File.MakeWritableAsync()) { IsFelt = static incident => incident.Failures >= 5 };

    internal static readonly IReadOnlyList<Scenario> All =
    [
        new("database locked by another client", LockAsync, static incident => incident.DismissStrangersAsync()) { IsFelt = static incident => incident.Failures >= 5 },
        new("file deleted, and restored", MoveAwayAsync, PutBackAsync),
        .. SqliteFile.CanBeReadOnly ? new[] { ReadOnly } : [],
        new("disk full (no page left)", FillAsync, MakeRoomAsync) { IsFelt = static incident => incident.Failures >= 5 },
    ];

    internal static TheoryData<string> Names => [.. All.Select(static scenario => scenario.Name)];

    private static async Task LockAsync(Incident incident) => incident.Strangers.Add(await incident.File.LockAsync());

    private static Task MoveAwayAsync(Incident incident)
    {
        incident.File.MoveAway();
        RetireAll(incident);
        return Task.CompletedTask;
    }

    private static Task PutBackAsync(Incident incident)
    {
        incident.File.PutBack();
        return Task.CompletedTask;
    }

    private static async Task MakeReadOnlyAsync(Incident incident)
    {
        await incident.File.MakeReadOnlyAsync();
        RetireAll(incident);
    }

    private static async Task FillAsync(Incident incident)
    {
        await incident.File.FillAsync();
        RetireAll(incident);
    }

    // The limit belongs to a connection.
    private static Task MakeRoomAsync(Incident incident)
    {
        incident.File.MakeRoom();
        RetireAll(incident);
        return Task.CompletedTask;
    }

    private static void RetireAll(Incident incident) => ((CenotePool)incident.Pool).Pool.Clear();
}

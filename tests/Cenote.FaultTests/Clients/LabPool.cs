namespace Cenote.FaultTests.Clients;

/// <summary>A pool under test: Cenote's, or a driver's own for comparison.</summary>
internal abstract class LabPool : IAsyncDisposable
{
    internal abstract string Name { get; }

    /// <summary>The time within which a caller must have a connection or an exception.</summary>
    internal abstract TimeSpan Deadline { get; }

    internal abstract ValueTask<Held> RentAsync(RentStyle style, CancellationToken cancellationToken);

    internal abstract Held Rent();

    /// <summary>
    /// The kind of an exception that ended a wait; <see langword="null"/> if it is not one that the pool may throw.
    /// </summary>
    internal abstract string? KindOf(Exception exception);

    /// <summary>The kind of an exception that ended a statement on a connection of the pool's.</summary>
    internal abstract string KindOfStatement(Exception exception);

    public abstract ValueTask DisposeAsync();
}

using System.Data.Common;

namespace Cenote.Providers;

/// <summary>
/// The driver's pooling is off; the pool keeps the driver's connection open and clears the session itself after each lease.
/// </summary>
public abstract class OwnResetConnection : PhysicalConnection
{
    private readonly ResetMode _resetMode;

    /// <summary>Wraps a closed connection of a driver whose own pooling is off.</summary>
    /// <param name="connection">The driver's connection, not yet opened.</param>
    /// <param name="resetMode">What to clear after each lease.</param>
    protected OwnResetConnection(DbConnection connection, ResetMode resetMode)
        : base(connection) => _resetMode = resetMode;

    /// <inheritdoc/>
    public sealed override SessionClearing SessionClearing => SessionClearing.OwnReset;

    /// <inheritdoc/>
    public sealed override bool ClearsSession => _resetMode != ResetMode.None;

    /// <inheritdoc/>
    public override bool ClearsInline => false;

    /// <summary>What is cleared after each lease.</summary>
    protected ResetMode ResetMode => _resetMode;

    /// <inheritdoc/>
    public override void Open() => Connection.Open();

    /// <inheritdoc/>
    public override async ValueTask OpenAsync(CancellationToken cancellationToken) =>
        await Connection.OpenAsync(cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public override async ValueTask CloseAsync() => await Connection.DisposeAsync().ConfigureAwait(false);
}

using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using Cenote.ReadReplicas.Routing;

namespace Cenote;

// Reads that see what was written.
public sealed partial class ReplicaSet
{
    /// <summary>
    /// Begins a scope in which every read of this flow sees every earlier finished write of this flow, and the position
    /// of the token.
    /// </summary>
    /// <param name="token">A token of writes elsewhere that must be seen here; <see langword="null"/> for
    /// none.</param>
    /// <returns>The scope. Dispose of it in the method that began it. <see cref="CausalScope.GetTokenAsync"/> returns
    /// the token to pass on.</returns>
    /// <exception cref="CausalTokenException">The token is of another database.</exception>
    public CausalScope BeginCausalScope(CausalToken? token = null)
    {
        if (token is not null)
        {
            ThrowIfWrongCluster(token);
        }

        return new CausalScope(this, token, causal =>
        {
            var before = _flow.Value;
            var mine = new RouteFlow(before?.Intent, causal);
            _flow.Value = mine;
            return (new IntentScope(_flow, mine, before).Dispose, before?.Causal);
        });
    }

    /// <summary>Gets the innermost causal scope of the flow; <see langword="null"/> outside of one.</summary>
    public CausalScope? CurrentCausalScope => _flow.Value?.Causal;

    /// <summary>Gets whether tokens are signed, so that a client cannot forge one.</summary>
    public bool SignsTokens => _options.TokenSigningKeys.Count > 0;

    /// <summary>
    /// Gets a token for everything committed so far from the primary. Concurrent callers share the query.
    /// </summary>
    /// <param name="cancellationToken">A token to cancel the wait.</param>
    /// <exception cref="CausalTokenException">The position of the primary is unknown.</exception>
    public async ValueTask<CausalToken> GetTokenAsync(CancellationToken cancellationToken = default) =>
        await TryReadPrimaryPositionAsync(isBlocking: false, cancellationToken).ConfigureAwait(false) is { } position ? NewToken(position) : throw NoPosition();

    /// <summary>
    /// Gets a token for everything committed so far on a connection: after a commit, on the writing one; or after a
    /// read on a replica, so that the next read is not of an earlier time. One round trip.
    /// </summary>
    /// <param name="connection">An open connection of the set, or the driver's own, without an open reader or
    /// transaction.</param>
    /// <param name="cancellationToken">A token to cancel the wait.</param>
    /// <exception cref="CausalTokenException">The position of the server is unknown.</exception>
    public async ValueTask<CausalToken> GetTokenAsync(DbConnection connection, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(connection);
        var (driver, provider) = connection is PooledConnection pooled ? (pooled.Unwrap<DbConnection>(), pooled.Pool.Provider) : (connection, DefaultPool.Provider);
        var position = await provider.ReadPositionAsync(driver, cancellationToken).ConfigureAwait(false) ?? throw NoPosition();
        return NewToken(position);
    }

    /// <summary>Reads the text of a token.</summary>
    /// <param name="text">A text of <see cref="CausalToken.ToString"/>, of this or another process. May be
    /// untrusted.</param>
    /// <exception cref="CausalTokenException">The text is not a token, not signed with a key of the set, or of another
    /// database. The message does not quote it.</exception>
    public CausalToken ParseToken(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var (system, dataId, position) = _tokenText.Read(text);
        if (system != DefaultPool.Provider.DatabaseSystem)
        {
            throw WrongCluster();
        }

        CausalToken token;
        try
        {
            token = new CausalToken(DefaultPool.Provider.ParsePosition(position), system, dataId, _tokenText);
        }
        catch (Exception exception) when (exception is FormatException or NotSupportedException or OverflowException)
        {
            throw _tokenText.Malformed(exception);
        }

        ThrowIfWrongCluster(token);
        return token;
    }

    /// <summary>Tries to read the text of a token, which a client may lack or have changed.</summary>
    /// <param name="text">The text, or <see langword="null"/>.</param>
    /// <param name="token">The token.</param>
    /// <returns><see langword="false"/> when <see cref="ParseToken"/> would throw.</returns>
    public bool TryParseToken(string? text, [NotNullWhen(true)] out CausalToken? token)
    {
        try
        {
            token = text is null ? null : ParseToken(text);
            return token is not null;
        }
        catch (CausalTokenException)
        {
            token = null;
            return false;
        }
    }

    /// <summary>
    /// Returns whether a failover lost writes of a token, or nothing shows that it did not, as the last probe of the
    /// primary found. Reads with the token are refused.
    /// </summary>
    /// <param name="token">A token of the set's database.</param>
    public bool HasLost(CausalToken token)
    {
        ArgumentNullException.ThrowIfNull(token);
        return _keeper.Current.Primary?.Position?.Excludes(token.Position) == true;
    }

    internal void ThrowIfWrongCluster(CausalToken token)
    {
        ArgumentNullException.ThrowIfNull(token);
        var dataId = _keeper.Current.Primary?.Standing.ClusterId;
        if (token.DatabaseSystem != DefaultPool.Provider.DatabaseSystem || (token.ClusterId is not null && dataId is not null && token.ClusterId != dataId))
        {
            throw WrongCluster();
        }
    }

    /// <summary>Reads the current position of the primary; <see langword="null"/> when it is unknown.</summary>
    internal async ValueTask<ReplicationPosition?> TryReadPrimaryPositionAsync(bool isBlocking, CancellationToken cancellationToken)
    {
        _parts.ThrowIfClosed();
        var call = new RentCall(_options, default, cancellationToken);
        while (true)
        {
            var topology = _keeper.Current;
            if (topology.Primary is not { } primary || topology.Writing is not { } tenure)
            {
                // Without a primary, the written position cannot be read.
                return null;
            }

            // What it said in an earlier probe was before the write that the token is for.
            var probing = _parts.ProbeOf(primary).ProbeAsync();
            if (!await call.TryWaitAsync(probing, call.Left, isBlocking).ConfigureAwait(false) || await probing.ConfigureAwait(false) is not { } status)
            {
                return null;
            }

            if (_keeper.Current.Writing == tenure)
            {
                return status.Position;
            }
        }
    }

    /// <summary>
    /// Returns a token of the present timeline for one that the primary has and that is of an earlier one, or in part.
    /// The next promotion would have it refused, because only where the last timeline began is known.
    /// </summary>
    internal CausalToken Renew(CausalToken token) =>
        _keeper.Current.Primary?.Position is { } position && token.Position.EarliestTimeline < position.Timeline && position.Covers(token.Position) ? NewToken(position) : token;

    /// <summary>Returns a token for a position of the primary and what another token stands for.</summary>
    internal CausalToken NewToken(ReplicationPosition position, CausalToken? other)
    {
        // A token that was accepted before any server had answered may be of another cluster. What the primary has
        // already is left out: a token that kept every former primary would be refused for its oldest part.
        var token = NewToken(position);
        return other is null || !other.IsOfCluster(token) || position.Covers(other.Position) ? token : other.Combine(token);
    }

    // As it reads back from its text, without what a server's position knows besides.
    private CausalToken NewToken(ReplicationPosition position) =>
        new(DefaultPool.Provider.ParsePosition(position.ToString()), DefaultPool.Provider.DatabaseSystem, _keeper.Current.Primary?.Standing.ClusterId, _tokenText);

    internal CausalTokenException WrongCluster() => new(
        Name, CausalTokenProblem.WrongCluster, $"The token is one of another database than that of set '{Name}': present it where it was given, or drop it.");

    private CausalTokenException NoPosition() => new(
        Name, CausalTokenProblem.NotSupported, $"No server of set '{Name}' says how far it has come: it cannot be reached, or its database, or its user, has no positions (see docs/causal-reads.md).");
}

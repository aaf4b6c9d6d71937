namespace Cenote;

/// <summary>
/// A scope in which every read of the flow sees every earlier finished write of the flow, on any replica. It begins
/// with <see cref="ReplicaSet.BeginCausalScope(CausalToken?)"/> and ends when it is disposed. Thread-safe: flows that
/// are started within it share it. A nested scope sees the writes of the outer one, and writes for both.
/// </summary>
/// <remarks>
/// Any use of a connection for writing within the scope counts as a write. The position of the primary is read when the
/// next read needs it, so writes cost nothing more. An open connection for writing makes every read query it again.
/// </remarks>
public sealed class CausalScope : IDisposable
{
    private readonly object _gate = new();
    private readonly ReplicaSet _set;
    private readonly Action _end;
    private readonly CausalScope? _outer;
    private readonly List<ConnectionLease> _writes = [];
    private long _ended;
    private long _covered;
    private CausalToken? _token;
    private CausalToken? _refused;

    internal CausalScope(ReplicaSet set, CausalToken? token, Func<CausalScope, (Action End, CausalScope? Outer)> begin)
    {
        _set = set;
        _token = token;
        (_end, _outer) = begin(this);
    }

    /// <summary>
    /// Gets a token for every token and write so far of the scope and of those around it, to pass on. After a read of
    /// the scope was refused as <see cref="CausalTokenProblem.AheadOfPrimary"/>, everything committed so far on the
    /// primary takes the place of what the scope stood for then, because that would be refused again.
    /// </summary>
    /// <param name="cancellationToken">A token to cancel the wait.</param>
    /// <returns><see langword="null"/> without a token and without a write.</returns>
    /// <exception cref="CausalTokenException">The position of the primary is unknown: the database has no positions, or
    /// the primary does not answer.</exception>
    public async ValueTask<CausalToken?> GetTokenAsync(CancellationToken cancellationToken = default)
    {
        CausalToken? token = null;
        var isRefused = false;
        for (var scope = this; scope is not null; scope = scope._outer)
        {
            if (!await scope.TryBringUpToDateAsync(isBlocking: false, cancellationToken).ConfigureAwait(false))
            {
                throw new CausalTokenException(
                    _set.Name, CausalTokenProblem.NotSupported, $"The primary of set '{_set.Name}' does not say how far it has come: it cannot be reached, or its database, or its user, has no positions.");
            }

            token = Merge(token, scope.Token);
            isRefused |= scope.HasRefused;
        }

        if (!isRefused)
        {
            return token is null ? null : _set.Renew(token);
        }

        var present = await _set.GetTokenAsync(cancellationToken).ConfigureAwait(false);
        return token is null ? present : _set.NewToken(present.Position, token);
    }

    /// <summary>
    /// Adds the position of a token from elsewhere, for example from the response of another service, to the scope and
    /// to those around it.
    /// </summary>
    /// <param name="token">A token of the set's database.</param>
    /// <exception cref="CausalTokenException">The token is of another database.</exception>
    public void Add(CausalToken token)
    {
        ArgumentNullException.ThrowIfNull(token);
        _set.ThrowIfWrongCluster(token);
        for (var scope = this; scope is not null; scope = scope._outer)
        {
            lock (scope._gate)
            {
                // While no server has answered, the set accepts a token of any cluster.
                if (scope._token is { } own && !own.IsOfCluster(token))
                {
                    throw _set.WrongCluster();
                }

                scope._token = Merge(scope._token, token);
            }
        }
    }

    /// <summary>Ends the scope in the flow that began it.</summary>
    public void Dispose() => _end();

    private CausalToken? Token
    {
        get
        {
            lock (_gate)
            {
                return _token;
            }
        }
    }

    private bool HasRefused
    {
        get
        {
            lock (_gate)
            {
                return _refused is not null;
            }
        }
    }

    /// <summary>Gets what a read must see, also if that was refused: it stays refused.</summary>
    private CausalToken? Required
    {
        get
        {
            lock (_gate)
            {
                return Merge(_refused, _token);
            }
        }
    }

    /// <summary>Records that a connection for writing was rented within the scope.</summary>
    internal void RecordWrite(ConnectionLease lease)
    {
        lock (_gate)
        {
            _ended += _writes.RemoveAll(static write => !write.IsActive);
            _writes.Add(lease);
        }

        _outer?.RecordWrite(lease);
    }

    /// <summary>
    /// Records that the primary does not have what the scope and those around it stand for, whichever of them it is.
    /// </summary>
    internal void RecordRefusal()
    {
        lock (_gate)
        {
            (_refused, _token) = (Merge(_refused, _token), null);
        }

        _outer?.RecordRefusal();
    }

    /// <summary>Returns the position that a read must see.</summary>
    /// <returns><see langword="false"/> when it is unknown. Then only the primary certainly has it.</returns>
    internal async ValueTask<(bool IsKnown, ReplicationPosition? Position)> RequireAsync(bool isBlocking, CancellationToken cancellationToken)
    {
        ReplicationPosition? position = null;
        for (var scope = this; scope is not null; scope = scope._outer)
        {
            if (!await scope.TryBringUpToDateAsync(isBlocking, cancellationToken).ConfigureAwait(false))
            {
                return (false, null);
            }

            position = scope.Required?.Position is not { } own ? position : position?.Combine(own) ?? own;
        }

        return (true, position);
    }

    private static CausalToken? Merge(CausalToken? token, CausalToken? other) =>
        token is null ? other : other is null || !token.IsOfCluster(other) ? token : token.Combine(other);

    private async ValueTask<bool> TryBringUpToDateAsync(bool isBlocking, CancellationToken cancellationToken)
    {
        long ended;
        lock (_gate)
        {
            // Ended writes are covered by every later position of the primary. Active ones may still commit.
            _ended += _writes.RemoveAll(static write => !write.IsActive);
            if (_ended == _covered && _writes.Count == 0)
            {
                return true;
            }

            ended = _ended;
        }

        if (await _set.TryReadPrimaryPositionAsync(isBlocking, cancellationToken).ConfigureAwait(false) is not { } written)
        {
            return false;
        }

        lock (_gate)
        {
            _token = _set.NewToken(written, _token);
            _covered = Math.Max(_covered, ended);
            return true;
        }
    }
}

namespace Cenote.PostgreSql;

/// <summary>
/// The data sources of a pool: one, or temporarily several when the credentials contain another user name.
/// </summary>
internal sealed class SharedSources(Func<ConnectionSettings, OpenPasswords?, NpgsqlDataSource> build, bool usesInternals)
{
    private readonly object _gate = new();
    private readonly List<(Key Key, SharedSource Source)> _sources = [];
    private TimeSpan _connectTimeout;
    private bool _isClosed;

    /// <summary>Gets whether non-public members of the driver are used.</summary>
    internal bool UsesInternals => usesInternals;

    /// <summary>
    /// Records the pool's own timeout. A single open may have a shorter timeout, but all opens share the data source.
    /// </summary>
    internal void Record(TimeSpan connectTimeout)
    {
        lock (_gate)
        {
            _connectTimeout = connectTimeout > _connectTimeout ? connectTimeout : _connectTimeout;
        }
    }

    /// <summary>
    /// Gets the data source for a new session, which must be released with it. Built without the lock, because it runs
    /// the user's callback. One of several concurrent opens builds it, and the others wait within their connect
    /// timeout.
    /// </summary>
    /// <param name="settings">The settings of the new session.</param>
    /// <param name="withoutOptions">Whether a proxy rejects the start-up option of
    /// <see cref="ConnectionSettings.QueryTimeout"/>.</param>
    internal SharedSource Take(ConnectionSettings settings, bool withoutOptions)
    {
        var key = new Key(settings.Credentials is not null, settings.Credentials?.UserName, settings.QueryTimeout, withoutOptions);
        Record(settings.ConnectTimeout);
        SharedSource source;
        SharedSource? older = null;
        bool isNew;
        lock (_gate)
        {
            var index = _sources.FindIndex(entry => entry.Key == key);
            isNew = index < 0;
            if (isNew)
            {
                older = usesInternals ? _sources.FindLast(static entry => entry.Source.IsBuilt).Source : null;
                source = new SharedSource(this, withoutOptions);
                _sources.Add((key, source));
                settings = settings with { ConnectTimeout = _connectTimeout };
            }
            else
            {
                source = _sources[index].Source;
            }

            source.Sessions++;
        }

        try
        {
            if (isNew)
            {
                Build(source, older, settings);
            }
            else
            {
                source.WaitUntilBuilt(settings.ConnectTimeout);
            }

            return source;
        }
        catch
        {
            Release(source);
            throw;
        }
    }

    /// <summary>Drops the data sources, so that new sessions get a new one, which loads the types again.</summary>
    internal void Forget()
    {
        lock (_gate)
        {
            foreach (var (_, source) in _sources)
            {
                if (source.Sessions == 0)
                {
                    source.Dispose();
                }
            }

            _sources.Clear();
        }
    }

    /// <summary>Stops keeping data sources without sessions.</summary>
    internal void Close()
    {
        lock (_gate)
        {
            _isClosed = true;
            Forget();
        }
    }

    /// <summary>
    /// Releases the data source of an ended session. It is freed with its last session, unless it is the newest.
    /// </summary>
    internal void Release(SharedSource source)
    {
        lock (_gate)
        {
            source.Sessions--;
            if (source.Sessions == 0 && (_isClosed || _sources.Count == 0 || !ReferenceEquals(_sources[^1].Source, source)))
            {
                _sources.RemoveAll(entry => ReferenceEquals(entry.Source, source));
                source.Dispose();
            }
        }
    }

    // Building does not connect. A source that cannot be built leaves the list, so the next open builds another.
    private void Build(SharedSource source, SharedSource? older, ConnectionSettings settings)
    {
        try
        {
            var dataSource = build(settings, settings.Credentials is null ? null : source.Passwords);
            if (older is not null)
            {
                NpgsqlInternals.CopyTypes(older.DataSource, dataSource);
            }

            source.Complete(dataSource);
        }
        catch (Exception exception)
        {
            lock (_gate)
            {
                _sources.RemoveAll(entry => ReferenceEquals(entry.Source, source));
            }

            source.Fail(exception);
            throw;
        }
    }

    /// <summary>
    /// Gets the settings that never change within a data source. Passwords come from
    /// <see cref="SharedSource.Passwords"/>.
    /// </summary>
    private sealed record Key(bool HasCredentials, string? UserName, TimeSpan? QueryTimeout, bool WithoutOptions);
}

using Cenote.Providers;

namespace Cenote.Connections;

/// <summary>
/// The credentials of new connections, from the application's callback. Every attempt gets new ones, except the knocks
/// at a server that refuses connections: they come too often for a secret store. Thread-safe.
/// </summary>
internal sealed class CredentialSource(PoolSettings settings)
{
    private DatabaseCredentials? _last;

    /// <summary>Returns credentials; <see langword="null"/> without a callback.</summary>
    /// <param name="mayReuse">Whether the last ones will do.</param>
    /// <param name="cancellationToken">Ends the wait, also for a callback that ignores it.</param>
    internal async ValueTask<GivenCredentials> GetAsync(bool mayReuse, CancellationToken cancellationToken)
    {
        if (settings.CredentialsProvider is not { } callback)
        {
            return default;
        }

        if (mayReuse && Volatile.Read(ref _last) is { } last)
        {
            return new GivenCredentials(last, IsReused: true);
        }

        var given = await callback(cancellationToken).AsTask().WaitAsync(cancellationToken).ConfigureAwait(false)
            ?? throw new InvalidOperationException("The CredentialsProvider callback returned null. Return credentials.");
        Volatile.Write(ref _last, given);
        return new GivenCredentials(given, IsReused: false);
    }

    /// <summary>Forgets the last credentials, because no knock needs them.</summary>
    internal void Forget() => Volatile.Write(ref _last, null);
}

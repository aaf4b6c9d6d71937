using Cenote.Providers;

namespace Cenote.AdoNetTests.Databases;

/// <summary>A provider that notes which failures it is asked about.</summary>
internal sealed class CountingProvider(DatabaseProvider inner) : DatabaseProvider
{
    private readonly List<Exception> _asked = [];

    public List<Exception> TakeAsked()
    {
        lock (_asked)
        {
            var asked = _asked.ToList();
            _asked.Clear();
            return asked;
        }
    }

    public override string DatabaseSystem => inner.DatabaseSystem;

    public override DbProviderFactory Factory => inner.Factory;

    public override string ConnectionString => inner.ConnectionString;

    public override string DataSource => inner.DataSource;

    public override string Database => inner.Database;

    public override SessionReset DefaultSessionReset => inner.DefaultSessionReset;

    public override PhysicalConnection CreateConnection(ConnectionSettings settings) => inner.CreateConnection(settings);

    public override FailureKind ClassifyFailure(Exception exception)
    {
        lock (_asked)
        {
            _asked.Add(exception);
        }

        return inner.ClassifyFailure(exception);
    }

    public override bool IsCancellation(Exception exception) => inner.IsCancellation(exception);

    public override async ValueTask DisposeAsync()
    {
        await inner.DisposeAsync();
        await base.DisposeAsync();
    }
}

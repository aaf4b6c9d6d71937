using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Primitives;

namespace Cenote.DependencyInjectionTests;

/// <summary>Which pools follow the configuration, for how long, and what is said of it.</summary>
public sealed class FollowingTests
{
    private const string MaxSize = "Cenote:Pools:orders:MaxSize";

    private readonly IConfigurationRoot _configuration = new ConfigurationBuilder().AddInMemoryCollection().Build();

    [Fact]
    public async Task A_pool_that_was_closed_alone_follows_nothing()
    {
        await using var services = Build(pool => pool.UseStub());
        var registry = services.GetRequiredService<PoolRegistry>();
        var pool = registry["orders"];
        await registry.CloseAsync("orders");

        Reload(MaxSize, "33");

        Assert.Equal(10, pool.GetStatistics().MaxSize);
        Assert.DoesNotContain(services.Logs(), record => record.Id.Id == 46);
    }

    [Fact]
    public async Task Pools_refused_by_the_registry_are_not_followed_however_often_requested()
    {
        var configuration = new ChangingConfiguration(_configuration);
        await using var services = Containers.New(configuration).AddConnectionPool("orders", pool => pool.UseStub().WithName("other")).BuildServiceProvider();

        for (var round = 0; round < 5; round++)
        {
            Assert.Throws<InvalidOperationException>(() => services.GetRequiredKeyedService<ConnectionPool>("orders"));
        }

        // The last is let go with the next pool, or with the container.
        Assert.Equal(1, configuration.Listeners);
    }

    [Fact]
    public async Task A_pool_that_cannot_be_followed_is_not_left_open()
    {
        var provider = new StubProvider(new StubDatabase());
        await using var services = Containers.New(new ChangingConfiguration(_configuration) { Failure = new IOException("away") })
            .AddConnectionPool("orders", pool => pool.UseProvider(provider).Configure(options => options.MinSize = 0))
            .BuildServiceProvider();

        Assert.Throws<IOException>(() => services.GetRequiredKeyedService<ConnectionPool>("orders"));

        Assert.Equal(1, provider.Disposals);
    }

    [Fact]
    public async Task A_source_that_fails_while_it_is_read_changes_nothing_for_any_pool()
    {
        var source = new Failing();
        var configuration = new ConfigurationBuilder().Add(source).Build();
        await using var services = Containers.New(configuration).AddConnectionPool("orders", pool => pool.UseStub()).BuildServiceProvider();
        var pool = services.GetRequiredKeyedService<ConnectionPool>("orders");

        source.Failure = new IOException("away");
        configuration.Reload();

        Assert.Equal(10, pool.GetStatistics().MaxSize);
        Assert.Contains(services.Logs(), record => record.Id.Id == 71 && record.Exception == source.Failure);
    }

    [Fact]
    public async Task The_same_refusal_is_logged_once()
    {
        await using var services = Build(pool => pool.UseStub());
        services.GetRequiredKeyedService<ConnectionPool>("orders");

        Reload(MaxSize, "none");
        Reload("Other", "1");
        Reload("Other", "2");
        Assert.Single(services.Logs(), record => record.Id.Id == 70);

        Reload(MaxSize, "5");
        Reload(MaxSize, "none");
        Assert.Equal(2, services.Logs().Count(record => record.Id.Id == 70));
    }

    [Fact]
    public async Task A_connection_string_that_changes_while_the_pool_is_constructed_is_warned_of()
    {
        await using var services = Build(pool =>
        {
            _configuration["ConnectionStrings:orders"] = "Data Source=new";
            pool.UseStub();
        });

        services.GetRequiredKeyedService<ConnectionPool>("orders");

        Assert.Single(services.Logs(), record => record.Id.Id == 72);
    }

    private ServiceProvider Build(Action<ConnectionPoolBuilder> configure) =>
        Containers.New(_configuration).AddConnectionPool("orders", configure).BuildServiceProvider();

    private void Reload(string key, string value)
    {
        _configuration[key] = value;
        _configuration.Reload();
    }

    /// <summary>A configuration that counts who listens.</summary>
    private sealed class ChangingConfiguration(IConfiguration inner) : IConfiguration, IChangeToken
    {
        public int Listeners { get; private set; }

        public Exception? Failure { get; init; }

        public bool HasChanged => false;

        public bool ActiveChangeCallbacks => true;

        public string? this[string key]
        {
            get => inner[key];
            set => inner[key] = value;
        }

        public IConfigurationSection GetSection(string key) => inner.GetSection(key);

        public IEnumerable<IConfigurationSection> GetChildren() => inner.GetChildren();

        public IChangeToken GetReloadToken() => Failure is null ? this : throw Failure;

        public IDisposable RegisterChangeCallback(Action<object?> callback, object? state)
        {
            Listeners++;
            return new Listener(this);
        }

        private sealed class Listener(ChangingConfiguration configuration) : IDisposable
        {
            public void Dispose() => configuration.Listeners--;
        }
    }

    private sealed class Failing : ConfigurationProvider, IConfigurationSource
    {
        public Exception? Failure { get; set; }

        public IConfigurationProvider Build(IConfigurationBuilder builder) => this;

        public override bool TryGet(string key, out string? value) => Failure is null ? base.TryGet(key, out value) : throw Failure;
    }
}

using System.Data.Common;

namespace Cenote.Providers;

/// <summary>
/// A provider whose settings are in the connection string of a driver. It checks the connection string and shows it
/// without secrets.
/// </summary>
/// <typeparam name="TBuilder">The driver's builder of connection strings.</typeparam>
public abstract class DriverProvider<TBuilder> : DatabaseProvider
    where TBuilder : DbConnectionStringBuilder
{
    private readonly bool _enlists;

    /// <summary>Initializes a new instance of the <see cref="DriverProvider{TBuilder}"/> class.</summary>
    /// <param name="factory">The driver's factory.</param>
    /// <param name="builder">A new builder, which the constructor fills.</param>
    /// <param name="connectionString">The driver's connection string.</param>
    /// <param name="addressKind">The kind of address that the driver expects in its <c>Data Source</c>.</param>
    /// <param name="describe">Reads the filled builder, and may add to it.</param>
    /// <exception cref="ArgumentException">The connection string cannot be read. The message quotes no part of
    /// it.</exception>
    protected DriverProvider(
        DbProviderFactory factory, TBuilder builder, string connectionString, AddressKind addressKind, Func<TBuilder, ConnectionTarget> describe)
    {
        ArgumentNullException.ThrowIfNull(factory);
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(connectionString);
        ArgumentNullException.ThrowIfNull(describe);
        Factory = factory;
        OriginalConnectionString = connectionString;
        SafeConnectionString.Parse(builder, connectionString, addressKind);
        var target = describe(builder);
        ConnectionString = SafeConnectionString.Redact(builder, addressKind);
        var source = SafeConnectionString.Mask(target.DataSource, addressKind);
        DataSource = source;
        Database = SafeConnectionString.Mask(target.Database);
        Address = target.Address ?? ServerAddress.WithDatabase(source, target.Database);
        UserName = target.UserName;
        _enlists = target.Enlists;
    }

    /// <inheritdoc/>
    public override DbProviderFactory Factory { get; }

    /// <inheritdoc/>
    public override string ConnectionString { get; }

    /// <inheritdoc/>
    public override string DataSource { get; }

    /// <inheritdoc/>
    public override string Database { get; }

    /// <inheritdoc/>
    public override string Address { get; }

    /// <inheritdoc/>
    public override SessionReset DefaultSessionReset => SessionReset.ByPool;

    /// <inheritdoc/>
    public override AmbientTransactionBehavior DefaultAmbientTransactionBehavior =>
        _enlists ? base.DefaultAmbientTransactionBehavior : AmbientTransactionBehavior.Ignore;

    /// <inheritdoc/>
    protected override string? UserName { get; }

    /// <summary>
    /// Gets the connection string as it was passed to the constructor, with its secrets. Never show it.
    /// </summary>
    protected string OriginalConnectionString { get; }

    /// <summary>
    /// Returns the connect timeout for the driver, in whole seconds: the pool's, or the connection string's if that is
    /// shorter.
    /// </summary>
    /// <param name="settings">The settings with which the pool opens connections.</param>
    /// <param name="configured">The timeout in the connection string; 0 for none.</param>
    /// <param name="max">The longest timeout that the driver accepts.</param>
    protected static int GetConnectSeconds(ConnectionSettings settings, long configured, int max = int.MaxValue)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var seconds = (int)Math.Clamp(Math.Ceiling(settings.ConnectTimeout.TotalSeconds), 1, max);
        return configured == 0 ? seconds : (int)Math.Min(seconds, configured);
    }

    /// <summary>
    /// Runs the application's callback, and returns a problem when it fails. For
    /// <see cref="DatabaseProvider.Validate"/>.
    /// </summary>
    /// <typeparam name="T">The type that the callback configures.</typeparam>
    /// <param name="configure">The callback; <see langword="null"/> for none.</param>
    /// <param name="target">The object that it configures.</param>
    /// <returns>The problem; <see langword="null"/> when the callback succeeded.</returns>
    protected string? TryConfigure<T>(Action<T>? configure, T target)
        where T : class
    {
        try
        {
            configure?.Invoke(target);
            return null;
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            return $"The configure callback of the {GetType().Name} threw {exception.GetType().Name}. Call it yourself on a new {typeof(T).Name} to see why.";
        }
    }

    /// <summary>Returns the problem that a setting of the connection string belongs to the pool.</summary>
    /// <param name="keyword">The driver's keyword.</param>
    /// <param name="value">Its value, which is shown; never a secret.</param>
    /// <param name="option">The property of <see cref="ConnectionPoolOptions"/> to set instead.</param>
    protected static string BelongsToPool(string keyword, object? value, string option) =>
        FormattableString.Invariant($"{keyword} is {value} in the connection string. Set ConnectionPoolOptions.{option} instead, and remove it.");

    /// <summary>Returns the problem that the sizes of a pool are in the connection string.</summary>
    /// <param name="minKeyword">The driver's keyword for the smallest size.</param>
    /// <param name="min">The smallest size.</param>
    /// <param name="maxKeyword">The driver's keyword for the largest size.</param>
    /// <param name="max">The largest size.</param>
    protected static string SizesBelongToPool(string minKeyword, long min, string maxKeyword, long max) =>
        FormattableString.Invariant($"{minKeyword} is {min} and {maxKeyword} {max} in the connection string. Set ConnectionPoolOptions.MinSize and MaxSize instead, and remove them.");
}

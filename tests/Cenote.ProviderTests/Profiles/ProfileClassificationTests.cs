using System.Data.Odbc;
using System.Net.Sockets;
using System.Reflection;
using FirebirdSql.Data.FirebirdClient;

namespace Cenote.ProviderTests.Profiles;

/// <summary>What the profiles make of exceptions that no server can be asked for.</summary>
public sealed class ProfileClassificationTests
{
    private static readonly Lazy<IDictionary<int, string>> FirebirdMessages = new(static () => typeof(FirebirdClientFactory).Assembly.GetTypes()
        .SelectMany(static type => type.GetFields(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static))
        .Where(static field => field.FieldType.IsAssignableTo(typeof(IDictionary<int, string>)))
        .Select(static field => (IDictionary<int, string>)field.GetValue(null)!)
        .First(static messages => messages.ContainsKey(335544336)));

    private static readonly AdoNetProvider Firebird = AdoNetProvider.For(FirebirdClientFactory.Instance, "Data Source=db;Database=shop");

    /// <summary>The codes mean what the driver's own table of messages says.</summary>
    [Theory]
    [InlineData(335544336, "deadlock", FailureKind.Transient)]
    [InlineData(335544510, "lock time-out", FailureKind.Transient)]
    [InlineData(335544472, "user name and password", FailureKind.InvalidCredentials)]
    [InlineData(335544379, "unsupported on-disk structure", FailureKind.InvalidConfiguration)]
    [InlineData(335544323, "not a valid database", FailureKind.InvalidConfiguration)]
    [InlineData(335544744, "Maximum user count exceeded", FailureKind.TooManyConnections)]
    [InlineData(335544765, "read-only database", FailureKind.ReadOnlyServer)]
    [InlineData(335544506, "shutdown in progress", FailureKind.ConnectionLost)]
    [InlineData(335544528, "shutdown", FailureKind.ConnectionLost)]
    [InlineData(335544721, "network request", FailureKind.ConnectionLost)]
    [InlineData(335544741, "connection lost", FailureKind.ConnectionLost)]
    [InlineData(335544856, "connection shutdown", FailureKind.ConnectionLost)]
    [InlineData(335544665, "UNIQUE KEY", FailureKind.Other)]
    [InlineData(335544743, "token size", FailureKind.Other)]
    public void Firebird_is_classified_by_the_codes_of_its_driver(int code, string meaning, FailureKind kind)
    {
        Assert.Contains(meaning, FirebirdMessages.Value[code], StringComparison.OrdinalIgnoreCase);
        Assert.Equal(kind, Firebird.ClassifyFailure(new CodedException(code, "failed")));
    }

    [Fact]
    public void A_statement_of_unknown_completion_must_not_run_again()
    {
        Assert.Equal(FailureKind.Other, FailureClassification.Classify(new CodedException(0, "failed", "40003")));
        Assert.Equal(FailureKind.Transient, FailureClassification.Classify(new CodedException(0, "failed", "40001")));
    }

    [Theory]
    [InlineData(SocketError.OperationAborted, FailureKind.Other)]
    [InlineData(SocketError.ConnectionReset, FailureKind.ConnectionLost)]
    public void A_cancelled_call_is_lost_only_if_the_network_ended_it(SocketError error, FailureKind kind)
    {
        var cancelled = new TaskCanceledException("cancelled", new IOException("failed", new SocketException((int)error)));

        Assert.Equal(kind, Firebird.ClassifyFailure(cancelled));
    }

    /// <summary>Only the bridge's own exception stands for a lost session.</summary>
    [Fact]
    public void An_exception_of_the_application_differs_from_a_lost_session()
    {
        var provider = AdoNetProvider.For(OdbcFactory.Instance, "Driver=psqlodbcw.so;Server=db");
        var wrapped = new InvalidOperationException("the order exists", new CodedException(0, "failed", "23505"));

        Assert.Equal(FailureKind.Other, provider.ClassifyFailure(wrapped));
    }

    [Theory]
    [InlineData("Devart ODBC Driver for PostgreSQL")]
    [InlineData("CData ODBC Driver for MySQL")]
    [InlineData("MySQL ODBC 9.4 Unicode Driver")]
    public void A_driver_of_another_maker_is_not_taken_for_a_known_one(string driver)
    {
        var provider = AdoNetProvider.For(OdbcFactory.Instance, $"Driver={{{driver}}};Server=db");

        Assert.Equal("other_sql", provider.DatabaseSystem);
        Assert.False(provider.IsCancelComplete(TimeSpan.Zero));
    }

    /// <summary>A cancel on a second connection is complete when the pool knows that it was quick.</summary>
    [Theory]
    [InlineData(null, false)]
    [InlineData(10, true)]
    [InlineData(1000, false)]
    public void A_cancel_of_unknown_duration_costs_the_session(int? milliseconds, bool isComplete)
    {
        var provider = AdoNetProvider.For(OdbcFactory.Instance, "Driver={PostgreSQL Unicode};Server=db");

        Assert.Equal(isComplete, provider.IsCancelComplete(milliseconds is { } sending ? TimeSpan.FromMilliseconds(sending) : null));
    }

    private sealed class CodedException(int code, string message, string? state = null) : DbException(message)
    {
        public override int ErrorCode => code;

        public override string? SqlState => state;
    }
}

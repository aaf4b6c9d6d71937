using System.Data.Odbc;
using System.Reflection;
using FirebirdSql.Data.FirebirdClient;

namespace Cenote.ProviderTests.Profiles;

/// <summary>What the profiles make of exceptions that no server can be asked for.</summary>
public sealed class ProfileClassificationTests
{
    private static readonly AdoNetProvider Firebird = AdoNetProvider.For(FirebirdClientFactory.Instance, "Data Source=db;Database=shop");

    public static TheoryData<string, FailureKind> FirebirdCodes() => new()
    {
        { "isc_deadlock", FailureKind.Transient },
        { "isc_lock_timeout", FailureKind.Transient },
        { "isc_login", FailureKind.InvalidCredentials },
        { "isc_wrong_ods", FailureKind.InvalidConfiguration },
        { "isc_bad_db_format", FailureKind.InvalidConfiguration },
        { "isc_max_att_exceeded", FailureKind.TooManyConnections },
        { "isc_read_only_database", FailureKind.ReadOnlyServer },
        { "isc_shutinprog", FailureKind.ConnectionLost },
        { "isc_shutdown", FailureKind.ConnectionLost },
        { "isc_network_error", FailureKind.ConnectionLost },
        { "isc_net_write_err", FailureKind.ConnectionLost },
        { "isc_lost_db_connection", FailureKind.ConnectionLost },
        { "isc_att_shutdown", FailureKind.ConnectionLost },
        { "isc_unique_key_violation", FailureKind.Other },
        { "isc_token_too_long", FailureKind.Other },
    };

    /// <summary>The codes are those of the driver's own table.</summary>
    [Theory]
    [MemberData(nameof(FirebirdCodes))]
    public void Firebird_is_classified_by_the_codes_of_its_driver(string name, FailureKind kind)
    {
        var table = typeof(FirebirdClientFactory).Assembly.GetType("FirebirdSql.Data.Common.IscCodes", throwOnError: true)!;
        var code = (int)table.GetField(name, BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static)!.GetRawConstantValue()!;

        Assert.Equal(kind, Firebird.ClassifyFailure(new CodedException(code, "failed")));
    }

    [Fact]
    public void A_statement_whose_completion_is_unknown_is_not_transient()
    {
        Assert.Equal(FailureKind.Other, FailureClassification.Classify(new CodedException(0, "failed", "40003")));
        Assert.Equal(FailureKind.Transient, FailureClassification.Classify(new CodedException(0, "failed", "40001")));
    }

    /// <summary>Only the bridge's own exception stands for a lost session.</summary>
    [Fact]
    public void An_exception_of_the_application_is_no_lost_session()
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

namespace Cenote.ProviderTests.Oracle;

/// <summary>What errors mean, by their number, wherever the message has it.</summary>
public sealed class OracleFailureTests : IAsyncDisposable
{
    private readonly OracleProvider _provider = new(new FakeOracleFactory(new FakeOracleDatabase()), "Data Source=//db/shop");

    public ValueTask DisposeAsync() => _provider.DisposeAsync();

    [Theory]
    [InlineData("ORA-00020: maximum number of processes (300) exceeded", FailureKind.TooManyConnections)]
    [InlineData("ORA-12516: TNS:listener could not find available handler with matching protocol stack", FailureKind.TooManyConnections)]
    [InlineData("ORA-01017: invalid username/password; logon denied", FailureKind.InvalidCredentials)]
    [InlineData("ORA-28000: the account is locked", FailureKind.InvalidCredentials)]
    [InlineData("ORA-00060: deadlock detected while waiting for resource", FailureKind.Transient)]
    [InlineData("ORA-08177: can't serialize access for this transaction", FailureKind.Transient)]
    [InlineData("ORA-00054: resource busy and acquire with NOWAIT specified or timeout expired", FailureKind.Transient)]
    [InlineData("ORA-16000: database or pluggable database open for read-only access", FailureKind.ReadOnlyServer)]
    [InlineData("ORA-03113: end-of-file on communication channel\nProcess ID: 4711", FailureKind.ConnectionLost)]
    [InlineData("ORA-12541: TNS:no listener", FailureKind.ConnectionLost)]
    [InlineData("ORA-01033: ORACLE initialization or shutdown in progress", FailureKind.ConnectionLost)]
    [InlineData("ORA-00040: active time limit exceeded - call aborted", FailureKind.QueryTimeout)]
    [InlineData("ORA-00604: error occurred at recursive SQL level 1\nORA-03135: connection lost contact", FailureKind.ConnectionLost)]
    [InlineData("ORA-00001: unique constraint (SHOP.PK) violated", FailureKind.Other)]
    [InlineData("ORA-00001: unique constraint (SHOP.PK) violated on table SHOP.NOTE columns (TEXT)\nORA-03301: (ORA-00001 details) row with column values (TEXT:'ORA-03113') already exists", FailureKind.Other)]
    [InlineData("ORA-12899: value too large for column ORA-03113 (actual: 9, maximum: 3)", FailureKind.Other)]
    [InlineData("ORA-00604: error occurred at recursive SQL level 1\r\nORA-00603: ORACLE server session terminated by fatal error", FailureKind.ConnectionLost)]
    [InlineData("ORA-00022: invalid session ID; access denied", FailureKind.ConnectionLost)]
    [InlineData("ORA-01041: internal error. hostdef extension doesn't exist", FailureKind.ConnectionLost)]
    [InlineData("ORA-27146: post/wait initialization failed", FailureKind.ConnectionLost)]
    [InlineData("ORA-28511: lost RPC connection to heterogeneous remote agent", FailureKind.ConnectionLost)]
    [InlineData("ORA-50000: Connection request timed out", FailureKind.ConnectionLost)]
    [InlineData("ORA-20001: see ORA-03113\nORA-06512: at line 1", FailureKind.Other)]
    [InlineData("ORA-: ORA-x ORA-", FailureKind.Other)]
    [InlineData("nothing to see", FailureKind.Other)]
    public void The_first_known_number_decides(string message, FailureKind expected)
    {
        Assert.Equal(expected, _provider.ClassifyFailure(new FakeOracleException(message)));
        Assert.Equal(expected, _provider.ClassifyFailure(new InvalidOperationException("outer", new FakeOracleException(message))));
    }

    [Fact]
    public void A_cancel_is_known_by_its_number_but_not_who_asked_for_it()
    {
        var exception = new FakeOracleException("ORA-01013: user requested cancel of current operation");
        Assert.True(_provider.IsCancellation(exception));
        Assert.Equal(FailureKind.Other, _provider.ClassifyFailure(exception));
        Assert.False(_provider.IsCancellation(new FakeOracleException("ORA-00001: unique constraint (SHOP.PK) violated")));
    }

    [Fact]
    public void Exceptions_of_other_origin_are_not_searched_for_numbers()
    {
        Assert.Equal(FailureKind.Other, _provider.ClassifyFailure(new InvalidOperationException("ORA-03113")));
        Assert.Equal(FailureKind.ConnectionLost, _provider.ClassifyFailure(new IOException("ORA-00001")));
        Assert.Equal(FailureKind.Other, _provider.ClassifyFailure(new OperationCanceledException("x", new FakeOracleException("ORA-01013: user requested cancel"))));
    }
}

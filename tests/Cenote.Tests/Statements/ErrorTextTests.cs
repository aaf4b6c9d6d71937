using Cenote.Statements;

namespace Cenote.Tests.Statements;

public sealed class ErrorTextTests
{
    [Theory]
    [InlineData("Duplicate entry 'bob's@x.com' for key 'users.email'", "Duplicate entry '?'")]
    [InlineData("invalid input syntax for type integer: \"s\"ecret\"", "invalid input syntax for type integer: \"?\"")]
    [InlineData("relation \"orders\" does not exist", "relation \"orders\" does not exist")]
    [InlineData("The duplicate key value is (secret).", "The duplicate key value is (?).")]
    [InlineData("SQLite Error 1: 'no such table: nowhere'.", "SQLite Error 1: no such table: nowhere")]
    [InlineData("SQLite Error 1: 'unrecognized token: \"'secret\"'.", "SQLite Error 1: unrecognized token: \"?\"")]
    [InlineData("unterminated quoted string at or near \"'secret\"", "unterminated quoted string at or near \"?\"")]
    [InlineData("value \"99secret\" is out of range for type integer", "value \"?\" is out of range for type integer")]
    [InlineData("23505: duplicate key value violates unique constraint \"users_email\"\n\nDETAIL: Key (email)=(secret) already exists.", "23505: duplicate key value violates unique constraint \"users_email\"…")]
    [InlineData("ORA-03301: (ORA-00001 details) row with column values (EMAIL:secret) already exists", "ORA-03301: (ORA-00001 details) row with column values (?) already exists")]
    [InlineData("the server doesn't answer", "the server doesn't answer")]
    public void Values_that_a_driver_quotes_are_left_out(string message, string expected) =>
        Assert.Equal("InvalidOperationException: " + expected, ErrorText.Of(new InvalidOperationException(message)));

    [Fact]
    public void The_kind_and_the_servers_code_come_first_and_a_long_message_is_cut()
    {
        var text = ErrorText.Of(new StubException(FailureKind.Transient, new string('x', 1000)));

        Assert.StartsWith("StubException 40001: x", text, StringComparison.Ordinal);
        Assert.Equal(500, text.Length);
    }
}

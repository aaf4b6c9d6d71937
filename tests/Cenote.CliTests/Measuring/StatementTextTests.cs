using Cenote.Cli.Measuring;

namespace Cenote.CliTests.Measuring;

public sealed class StatementTextTests
{
    [Theory]
    [InlineData("BEGIN; SELECT 1; COMMIT; BEGIN; UPDATE t SET id = 1; COMMIT")]
    [InlineData("SELECT 1;\n-- and then\n/* really */ commit")]
    [InlineData("SELECT '--'; END")]
    [InlineData("/*!50000 COMMIT */; UPDATE t SET id = 1")]
    [InlineData("SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE")]
    [InlineData("set default_transaction_read_only = off; UPDATE t SET id = 1")]
    [InlineData("SELECT set_config('default_transaction_read_only', 'off', false)")]
    [InlineData("SET @@session.tx_read_only = 0")]
    [InlineData("PRAGMA query_only = 0; INSERT INTO t VALUES (1)")]
    [InlineData("DO $$ BEGIN COMMIT; END $$")]
    public void Control_of_transactions_is_found(string text) => Assert.True(StatementText.ControlsTransactions(text));

    [Theory]
    [InlineData("SELECT count(*) FROM orders")]
    [InlineData("SELECT CASE WHEN id > 1 THEN 'a' ELSE 'b' END AS end_of FROM started WHERE committed = 'begin'")]
    [InlineData("SET statement_timeout = 1000; SELECT 1;")]
    [InlineData("UPDATE t SET id = 1")]
    [InlineData("---------------------------------------------------------- orders\nSELECT count(*) FROM orders")]
    public void Other_statements_are_left_to_the_server(string text) => Assert.False(StatementText.ControlsTransactions(text));

    [Theory]
    [InlineData("SELECT 1; CREATE TEMPORARY TABLE t (id int)", true)]
    [InlineData("call writes()", true)]
    [InlineData("SELECT 'create' AS created", false)]
    public void Statements_that_commit_by_themselves_are_found(string text, bool commits) => Assert.Equal(commits, StatementText.CommitsImplicitly(text));
}

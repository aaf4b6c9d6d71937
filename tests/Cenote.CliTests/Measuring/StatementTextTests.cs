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

    [Theory]
    [InlineData("COPY (SELECT 1) TO STDOUT")]
    [InlineData("SELECT 1; copy (SELECT 1) TO PROGRAM 'true'")]
    [InlineData("SELECT 1 INTO OUTFILE '/dev/null'")]
    [InlineData("SELECT 1 into /* a file */ dumpfile '/dev/null'")]
    [InlineData("SELECT 1 INTO/*!50000 OUTFILE */ '/dev/null'")]
    [InlineData("SET GLOBAL sort_buffer_size = @@GLOBAL.sort_buffer_size")]
    [InlineData("SET @@global.sort_buffer_size = 1048576")]
    [InlineData("SET @id = 1, PERSIST_ONLY sort_buffer_size = 1048576")]
    [InlineData("set\n/* kept */ persist sort_buffer_size = 1048576")]
    [InlineData("ALTER SYSTEM RESET work_mem")]
    [InlineData("alter -- all\n system RESET work_mem")]
    [InlineData("KILL 0")]
    [InlineData("SELECT 1;\n/*!50000 KILL QUERY 0 */")]
    [InlineData("FLUSH LOCAL STATUS")]
    [InlineData("VACUUM INTO 'copy.db'")]
    public void Statements_about_the_server_are_found(string text) => Assert.True(StatementText.ChangesServer(text));

    [Theory]
    [InlineData("SELECT copy, kill FROM copies WHERE persist = 1")]
    [InlineData("SELECT @@GLOBAL.max_connections")]
    [InlineData("SHOW GLOBAL STATUS")]
    [InlineData("SET SESSION sort_buffer_size = 1048576; SELECT 1")]
    [InlineData("SELECT id INTO @id FROM outfile")]
    [InlineData("SELECT 1 -- COPY")]
    public void Statements_about_data_are_left_to_the_server(string text) => Assert.False(StatementText.ChangesServer(text));
}

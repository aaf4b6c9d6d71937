using Cenote.Statements;
using Cenote.Time;
using Microsoft.Extensions.Time.Testing;

namespace Cenote.Tests.Statements;

public sealed class StatementRegistryTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Statements_that_differ_in_their_literals_are_one()
    {
        var book = NewBook(10);
        Run(book, "SELECT 1", TimeSpan.FromMilliseconds(10));
        Run(book, "SELECT 2", TimeSpan.FromMilliseconds(30));
        Run(book, "SELECT 3", TimeSpan.FromMilliseconds(20), new InvalidOperationException("no 'secret'"));

        var statement = Assert.Single(book.GetStatistics());

        Assert.Equal(("SELECT ?", 3L, 1L), (statement.Text, statement.Count, statement.Errors));
        Assert.Equal(TimeSpan.FromMilliseconds(60), statement.TotalTime);
        Assert.Equal(TimeSpan.FromMilliseconds(30), statement.ExecutionTime.Maximum);
        Assert.Equal("InvalidOperationException: no '?'", statement.LastError);
        Assert.Equal(_time.GetUtcNow(), statement.LastErrorTime);
    }

    [Fact]
    public void Memory_is_bounded_and_nothing_is_lost_from_the_sums()
    {
        var book = NewBook(5);
        for (var i = 0; i < 100; i++)
        {
            Run(book, $"SELECT column{i}x", TimeSpan.FromMilliseconds(1));
        }

        Run(book, "SELECT slow", TimeSpan.FromSeconds(1));
        for (var i = 0; i < 100; i++)
        {
            Run(book, $"SELECT other{i}x", TimeSpan.FromMilliseconds(1));
        }

        var statements = book.GetStatistics();
        Assert.Equal(6, statements.Count);
        Assert.Equal("SELECT slow", statements[0].Text);
        Assert.Equal(201, statements.Sum(statement => statement.Count));
        Assert.Equal(TimeSpan.FromMilliseconds(1200), TimeSpan.FromTicks(statements.Sum(statement => statement.TotalTime.Ticks)));
        Assert.Contains(statements, statement => statement.Text == StatementStatistics.OtherStatements);
    }

    [Fact]
    public void Texts_as_long_as_their_values_are_counted_and_not_kept()
    {
        var book = NewBook(5);
        for (var i = 0; i < 50; i++)
        {
            Run(book, $"INSERT INTO t VALUES ('{new string((char)('a' + (i % 26)), 100_000 + i)}')", TimeSpan.FromMilliseconds(1));
        }

        Assert.Equal(("INSERT INTO t VALUES (?)", 50L), (book.GetStatistics()[0].Text, book.GetStatistics()[0].Count));
        Assert.Equal(0, book.KeptTexts);
    }

    [Fact]
    public void A_statement_that_ends_after_its_text_was_forgotten_counts_among_the_others()
    {
        var book = NewBook(1);
        var started = book.GetTimestamp();
        var record = book.Find("SELECT first");
        Run(book, "SELECT second", TimeSpan.FromMilliseconds(5));

        book.Record(record, started, failure: null);

        Assert.Equal("(other statements), SELECT second", string.Join(", ", book.GetStatistics().Select(statement => statement.Text).Order(StringComparer.Ordinal)));
    }

    private StatementRegistry NewBook(int most) => new(new StatementStatisticsOptions { MaxStatements = most }, SqlLiteralRules.NoBackslashEscapes, new PoolClock(_time));

    private void Run(StatementRegistry book, string text, TimeSpan duration, Exception? failure = null)
    {
        var started = book.GetTimestamp();
        var record = book.Find(text);
        _time.Advance(duration);
        book.Record(record, started, failure);
    }
}

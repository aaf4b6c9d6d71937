using Cenote.AdoNet;
using Cenote.Connections;

namespace Cenote.Tests.AdoNet;

/// <summary>Cancels of one statement that are sent or withdrawn around its end, in every order.</summary>
public sealed class CancelRequestsTests
{
    private static readonly InvalidOperationException End = new("how it ended");

    // Two cancels, each of which begins before it is out, and the end of the statement.
    private static readonly IReadOnlyList<string> Orders = [.. Interleave("aA", "bB", "E")];

    public static TheoryData<string, bool, bool> EveryOrder()
    {
        var data = new TheoryData<string, bool, bool>();
        foreach (var order in Orders)
        {
            foreach (var (isFirstSent, isSecondSent) in new[] { (false, false), (false, true), (true, false), (true, true) })
            {
                // No cancel is sent for a statement that has ended already.
                if (!(isFirstSent && BeginsLate(order, 'a')) && !(isSecondSent && BeginsLate(order, 'b')))
                {
                    data.Add(order, isFirstSent, isSecondSent);
                }
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(EveryOrder))]
    public void What_was_sent_is_reported_once_and_nothing_of_it_meets_the_next_execution(string order, bool isFirstSent, bool isSecondSent)
    {
        var cancels = new CancelRequests();
        var reports = new List<SentCancel?>();
        foreach (var step in order)
        {
            switch (step)
            {
                case 'a' or 'b':
                    cancels.Begin();
                    break;
                case 'A':
                    reports.Add(isFirstSent ? cancels.RecordSent(TimeSpan.FromSeconds(1)) : cancels.Withdraw());
                    break;
                case 'B':
                    reports.Add(isSecondSent ? cancels.RecordSent(TimeSpan.FromSeconds(2)) : cancels.Withdraw());
                    break;
                default:
                    reports.Add(cancels.RecordEnd(End, isLast: true));
                    break;
            }
        }

        var known = reports.Where(static report => report is not null).ToList();
        if (isFirstSent || isSecondSent)
        {
            Assert.Equal(new SentCancel(End, TimeSpan.FromSeconds(isSecondSent ? 2 : 1)), Assert.Single(known));
        }
        else
        {
            Assert.Empty(known);
        }

        // The next execution, cancelled while it runs.
        cancels.Begin();
        Assert.Null(cancels.RecordSent(TimeSpan.FromMilliseconds(5)));
        Assert.Equal(new SentCancel(null, TimeSpan.FromMilliseconds(5)), cancels.RecordEnd(null, isLast: true));

        // And one that is never cancelled.
        Assert.Null(cancels.RecordEnd(End, isLast: true));
    }

    [Fact]
    public void An_end_is_reported_when_no_other_execution_runs()
    {
        var cancels = new CancelRequests();
        cancels.Begin();
        Assert.Null(cancels.RecordSent(TimeSpan.FromSeconds(1)));
        Assert.Null(cancels.RecordEnd(End, isLast: false));
        Assert.Equal(new SentCancel(End, TimeSpan.FromSeconds(1)), cancels.RecordEnd(null, isLast: true));
    }

    private static bool BeginsLate(string order, char cancel) =>
        order.IndexOf(cancel, StringComparison.Ordinal) > order.IndexOf('E', StringComparison.Ordinal);

    private static IEnumerable<string> Interleave(params string[] threads)
    {
        if (threads.All(static thread => thread.Length == 0))
        {
            yield return "";
        }

        for (var i = 0; i < threads.Length; i++)
        {
            if (threads[i].Length > 0)
            {
                var first = threads[i][..1];
                var others = threads.ToArray();
                others[i] = others[i][1..];
                foreach (var rest in Interleave(others))
                {
                    yield return first + rest;
                }
            }
        }
    }
}

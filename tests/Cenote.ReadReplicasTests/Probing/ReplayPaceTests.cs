using Cenote.ReadReplicas.Probing;

namespace Cenote.ReadReplicasTests.Probing;

/// <summary>When a replica is asked again for its position.</summary>
public sealed class ReplayPaceTests
{
    [Theory]
    [InlineData(20, 25)]
    [InlineData(500, 75)]
    public void Without_experience_a_wait_takes_a_sixteenth_longer_at_most(int wait, int mostQuestions)
    {
        var (end, questions) = Ask(new ReplayPace(), Milliseconds(wait));

        Assert.InRange(end, Milliseconds(wait), Milliseconds(wait) * 17 / 16 + Milliseconds(1));
        Assert.InRange(questions, 1, mostQuestions);
    }

    [Fact]
    public void Waits_of_one_length_are_found_without_a_pause_and_with_fewer_questions()
    {
        var pace = Trained(Milliseconds(20), Milliseconds(20), Milliseconds(20));

        var (end, questions) = Ask(pace, Milliseconds(20));

        Assert.InRange(end, Milliseconds(20), Milliseconds(20.2));
        Assert.InRange(questions, 1, 25);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(40)]
    public void A_replica_that_has_become_faster_or_slower_makes_no_wait_half_as_long_again(int wait)
    {
        var (end, _) = Ask(Trained(Milliseconds(20), Milliseconds(20)), Milliseconds(wait));

        Assert.InRange(end, Milliseconds(wait), Milliseconds(wait) * 1.5 + Milliseconds(1));
    }

    [Fact]
    public void Waits_of_very_different_lengths_are_not_asked_for_without_a_pause()
    {
        var pace = Trained(Milliseconds(2), Milliseconds(200), Milliseconds(5), Milliseconds(150));

        for (var waited = 1; waited < 400; waited++)
        {
            Assert.True(pace.Next(Milliseconds(waited), unpaused: 0) >= Milliseconds(1));
        }
    }

    [Fact]
    public void Only_sixteen_questions_follow_each_other_without_a_pause()
    {
        var pace = Trained(Milliseconds(20), Milliseconds(20));

        Assert.Equal(TimeSpan.Zero, pace.Next(Milliseconds(20), unpaused: 15));
        Assert.Equal(Milliseconds(1), pace.Next(Milliseconds(20), unpaused: 16));
    }

    private static ReplayPace Trained(params TimeSpan[] waits)
    {
        var pace = new ReplayPace();
        for (var round = 0; round < 20; round++)
        {
            Array.ForEach(waits, pace.Record);
        }

        return pace;
    }

    /// <summary>Asks until a wait of this length ends; a question takes 0.1 ms.</summary>
    private static (TimeSpan End, int Questions) Ask(ReplayPace pace, TimeSpan wait)
    {
        var (now, questions, unpaused) = (TimeSpan.Zero, 0, 0);
        while (now < wait)
        {
            var pause = pace.Next(now, unpaused);
            unpaused += pause == TimeSpan.Zero ? 1 : 0;
            now += pause + Milliseconds(0.1);
            questions++;
        }

        return (now, questions);
    }

    private static TimeSpan Milliseconds(double milliseconds) => TimeSpan.FromMilliseconds(milliseconds);
}

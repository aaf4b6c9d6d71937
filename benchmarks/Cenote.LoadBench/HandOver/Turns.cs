namespace Cenote.LoadBench.HandOver;

/// <summary>Sides that take turns, every other round backwards, so that all of them see the same machine.</summary>
internal static class Turns
{
    /// <returns>The results by side, then by round.</returns>
    internal static TTurn[][] Take<TTurn>(int rounds, params Func<TTurn>[] sides)
    {
        var turns = sides.Select(_ => new TTurn[rounds]).ToArray();

        // The first round compiles what the others measure.
        for (var round = -1; round < rounds; round++)
        {
            for (var i = 0; i < sides.Length; i++)
            {
                var side = round % 2 == 0 ? i : sides.Length - 1 - i;
                var turn = sides[side]();
                if (round >= 0)
                {
                    turns[side][round] = turn;
                }
            }
        }

        return turns;
    }
}

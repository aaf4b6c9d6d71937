namespace Cenote.Shared;

/// <summary>
/// The number of letters that were left out, added, mistaken or swapped with their neighbour (optimal string
/// alignment).
/// </summary>
internal static class EditDistance
{
    internal static int Between(string left, string right)
    {
        var (beforeLast, last, current) = (new int[right.Length + 1], new int[right.Length + 1], new int[right.Length + 1]);
        for (var column = 0; column <= right.Length; column++)
        {
            last[column] = column;
        }

        for (var row = 1; row <= left.Length; row++)
        {
            current[0] = row;
            for (var column = 1; column <= right.Length; column++)
            {
                var differs = left[row - 1] == right[column - 1] ? 0 : 1;
                var least = Math.Min(Math.Min(last[column] + 1, current[column - 1] + 1), last[column - 1] + differs);
                if (row > 1 && column > 1 && left[row - 1] == right[column - 2] && left[row - 2] == right[column - 1])
                {
                    least = Math.Min(least, beforeLast[column - 2] + 1);
                }

                current[column] = least;
            }

            (beforeLast, last, current) = (last, current, beforeLast);
        }

        return last[right.Length];
    }
}

using System.Runtime.InteropServices;

namespace Cenote.Benchmarks.Cycles;

/// <summary>
/// The two atomic instructions that any pool needs: one to take, one to give back. Each thread has a word of its own,
/// so that nothing is measured but the instructions: no pool can be cheaper.
/// </summary>
internal sealed class BareCycle : ICycle
{
    private readonly Word[] _words = new Word[64];

    public void Run(int worker, int count)
    {
        ref var word = ref _words[worker].Value;
        for (var i = 0; i < count; i++)
        {
            if (Interlocked.CompareExchange(ref word, 1, 0) != 0)
            {
                throw new InvalidOperationException("The word belongs to this thread alone.");
            }

            Interlocked.Exchange(ref word, 0);
        }
    }

    public void Dispose()
    {
    }

    // 128 bytes each: no two words share a cache line, nor a pair of lines.
    [StructLayout(LayoutKind.Explicit, Size = 128)]
    private struct Word
    {
        [FieldOffset(64)]
        public long Value;
    }
}

namespace Cenote.Leasing;

/// <summary>
/// The callers of one lane in their order, or all callers of a pool without lanes. Guarded by the desk's lock.
/// </summary>
internal class WaiterList
{
    private Waiter? _last;

    internal Waiter? First { get; private set; }

    internal int Count { get; private set; }

    /// <summary>Gets or sets the deadlines of its waiters, from the first on.</summary>
    internal WaitDeadlines? Deadlines { get; set; }

    /// <summary>Adds a waiter before another, or at the end.</summary>
    internal void InsertBefore(Waiter? next, Waiter waiter)
    {
        var previous = next is null ? _last : next.Previous;
        waiter.Previous = previous;
        waiter.Next = next;
        if (previous is null)
        {
            First = waiter;
        }
        else
        {
            previous.Next = waiter;
        }

        if (next is null)
        {
            _last = waiter;
        }
        else
        {
            next.Previous = waiter;
        }

        Count++;
    }

    internal void Remove(Waiter waiter)
    {
        if (waiter.Previous is null)
        {
            First = waiter.Next;
        }
        else
        {
            waiter.Previous.Next = waiter.Next;
        }

        if (waiter.Next is null)
        {
            _last = waiter.Previous;
        }
        else
        {
            waiter.Next.Previous = waiter.Previous;
        }

        waiter.Previous = null;
        waiter.Next = null;
        if (--Count == 0)
        {
            Deadlines?.Clear();
        }
    }
}

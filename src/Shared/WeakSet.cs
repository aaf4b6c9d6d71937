namespace Cenote.Shared;

/// <summary>A set of live objects that does not keep them alive. Thread-safe.</summary>
internal sealed class WeakSet<T>
    where T : class
{
    private readonly List<WeakReference<T>> _members = [];

    internal void Add(T member)
    {
        lock (_members)
        {
            _members.RemoveAll(static reference => !reference.TryGetTarget(out _));
            _members.Add(new WeakReference<T>(member));
        }
    }

    internal void Remove(T member)
    {
        lock (_members)
        {
            _members.RemoveAll(reference => !reference.TryGetTarget(out var found) || ReferenceEquals(found, member));
        }
    }

    internal List<T> Read()
    {
        var alive = new List<T>();
        lock (_members)
        {
            foreach (var reference in _members)
            {
                if (reference.TryGetTarget(out var member))
                {
                    alive.Add(member);
                }
            }
        }

        return alive;
    }
}

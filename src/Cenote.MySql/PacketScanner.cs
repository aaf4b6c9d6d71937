using System.Runtime.CompilerServices;

namespace Cenote.MySql;

/// <summary>
/// A position in the packets of a server. Keeps the beginning of the current packet, which ends an answer if no more
/// follows.
/// </summary>
internal struct PacketScanner
{
    private const int HeaderLength = 4;

    // After the last command of a lease: a transaction is open; each statement is a transaction of its own.
    private const int InTransaction = 1;
    private const int AutoCommit = 2;

    private Beginning _beginning;
    private int _headerRead;
    private int _length;
    private int _read;

    private readonly int Kept => Math.Min(_read, Beginning.Length);

    /// <summary>Gets whether no part of a packet is missing.</summary>
    internal readonly bool IsBetweenPackets => _headerRead == 0 || (_headerRead == HeaderLength && _read == _length);

    /// <summary>Gets whether the packet reports success.</summary>
    internal readonly bool IsOk => _length > 0 && _beginning[0] == 0;

    /// <summary>Gets the error number of a packet that reports a failure.</summary>
    internal readonly int? Error => Kept >= 3 && _beginning[0] == 0xFF ? _beginning[1] | (_beginning[2] << 8) : null;

    /// <summary>Moves over the next packet, or over the part of it that has arrived.</summary>
    /// <returns>The number of bytes.</returns>
    internal int Skip(ReadOnlySpan<byte> data)
    {
        if (IsBetweenPackets)
        {
            (_headerRead, _length, _read) = (0, 0, 0);
        }

        var at = 0;
        while (_headerRead < HeaderLength)
        {
            if (at == data.Length)
            {
                return at;
            }

            // The fourth byte is the packet's number in its answer.
            _length |= _headerRead < 3 ? data[at] << (8 * _headerRead) : 0;
            _headerRead++;
            at++;
        }

        var part = data.Slice(at, Math.Min(_length - _read, data.Length - at));
        if (_read < Beginning.Length)
        {
            Span<byte> beginning = _beginning;
            part[..Math.Min(part.Length, Beginning.Length - _read)].CopyTo(beginning[_read..]);
        }

        _read += part.Length;
        return at + part.Length;
    }

    /// <summary>
    /// Determines whether this packet, the last of an answer, shows that no transaction is open. With
    /// <c>autocommit</c> off it never does, because the server begins the next one by itself.
    /// </summary>
    internal readonly bool ShowsNoTransaction() => Status is { } status && (status & (InTransaction | AutoCommit)) == AutoCommit;

    /// <summary>Determines whether this packet, the last of an answer, shows that a transaction is open.</summary>
    internal readonly bool ShowsTransaction() => Status is { } status && (status & InTransaction) != 0;

    /// <summary>Determines whether this packet, the last of an answer, shows that there are 0 warnings.</summary>
    internal readonly bool ShowsNoWarnings()
    {
        // The old form of the end of a result has the warnings before the status.
        var at = StatusAt is { } status ? _length == 5 ? 1 : status + 2 : Kept;
        return at + 2 <= Kept && _beginning[at] == 0 && _beginning[at + 1] == 0;
    }

    // The low byte of the session's status.
    private readonly byte? Status => StatusAt is { } at ? _beginning[at] : null;

    private readonly int? StatusAt
    {
        get
        {
            if (!IsBetweenPackets || Kept < 5 || _beginning[0] is not (0 or 0xFE))
            {
                return null;
            }

            // The old form of the end of a result has five bytes. Both numbers of the other form may be longer than a
            // byte.
            var at = _length == 5 ? 3 : AfterNumber(AfterNumber(1));
            return at + 2 > Kept ? null : at;
        }
    }

    private readonly int AfterNumber(int at) => at >= Kept
        ? Beginning.Length
        : at + _beginning[at] switch
        {
            0xFC => 3,
            0xFD => 4,
            0xFE => 9,
            _ => 1,
        };

    [InlineArray(Length)]
    private struct Beginning
    {
        internal const int Length = 24;

#pragma warning disable IDE0044, S1144, S2933, CA1823 // The array's first element.
        private byte _first;
#pragma warning restore IDE0044, S1144, S2933, CA1823
    }
}

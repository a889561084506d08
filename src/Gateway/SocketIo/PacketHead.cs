using System.Text;

namespace Orchestrator.SocketIo;

/// <summary>What stands before the JSON of a packet: <c>type[attachments-][/namespace,][id]</c>.</summary>
internal readonly record struct PacketHead(PacketType Type, int Attachments, string Namespace, long? Id)
{
    private const int DigitsMax = 18;
    private const int NamespaceBytesMax = 1_024;

    /// <summary>Takes the head off a packet; gives why it has none.</summary>
    public static string? Take(ref ReadOnlySpan<byte> text, out PacketHead head)
    {
        head = default;
        if (text.IsEmpty || text[0] is < (byte)'0' or > (byte)'6')
        {
            return "A Socket.IO packet is of no known type.";
        }

        var type = (PacketType)(text[0] - '0');
        text = text[1..];
        var attachments = 0L;
        if (type is PacketType.BinaryEvent or PacketType.BinaryAck)
        {
            if (TakeNumber(ref text) is not { } count || text is not [(byte)'-', ..])
            {
                return "A binary packet does not say how many attachments it has.";
            }

            attachments = Math.Min(count, int.MaxValue);
            text = text[1..];
        }

        if (TakeNamespace(ref text) is not { } @namespace)
        {
            return "The name of a namespace is too long.";
        }

        var id = TakeNumber(ref text);
        head = new PacketHead(type, (int)attachments, @namespace, id);
        return null;
    }

    private static string? TakeNamespace(ref ReadOnlySpan<byte> text)
    {
        if (text is not [(byte)'/', ..])
        {
            return "/";
        }

        var end = text.IndexOf((byte)',');
        var name = end < 0 ? text : text[..end];
        text = end < 0 ? default : text[(end + 1)..];
        return name.Length > NamespaceBytesMax ? null : Encoding.UTF8.GetString(name);
    }

    /// <summary>Null when there is none, or one that is too large; then its digits stay.</summary>
    private static long? TakeNumber(ref ReadOnlySpan<byte> text)
    {
        var length = text.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        length = length < 0 ? text.Length : length;
        if (length is 0 or > DigitsMax)
        {
            return null;
        }

        var number = 0L;
        foreach (var digit in text[..length])
        {
            number = (number * 10) + (digit - '0');
        }

        text = text[length..];
        return number;
    }
}

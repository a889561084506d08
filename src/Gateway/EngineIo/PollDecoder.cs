using System.Text.Unicode;

namespace Orchestrator.EngineIo;

/// <summary>One packet of a post.</summary>
internal readonly record struct PollPacket(FrameKind Kind, ReadOnlyMemory<byte> Content);

/// <summary>Takes the body of a post apart.</summary>
internal static class PollDecoder
{
    private const byte Separator = 0x1e;
    private const byte LengthEnd = 0xff;
    private const int DigitsMax = 9;

    /// <summary>Takes the next packet off a body in version 4; false when there is no sense in it.</summary>
    public static bool TryTakeFour(ref ReadOnlyMemory<byte> body, out PollPacket packet)
    {
        var end = body.Span.IndexOf(Separator);
        packet = new PollPacket(FrameKind.Text, end < 0 ? body : body[..end]);
        // A separator at the end has an empty packet behind it, which is none.
        var isCut = end == body.Length - 1;
        body = end < 0 ? default : body[(end + 1)..];
        return !isCut && Utf8.IsValid(packet.Content.Span);
    }

    /// <summary>Takes the next packet off a body in version 3, where its length in characters stands before it; false when there is no sense in it.</summary>
    public static bool TryTakeThree(ref ReadOnlyMemory<byte> body, out PollPacket packet)
    {
        packet = default;
        var text = body.Span;
        var colon = text.IndexOf((byte)':');
        if (colon is < 1 or > DigitsMax || !int.TryParse(text[..colon], System.Globalization.NumberStyles.None, null, out var characters))
        {
            return false;
        }

        var bytes = BytesOf(text[(colon + 1)..], characters);
        if (bytes < 0)
        {
            return false;
        }

        packet = new PollPacket(FrameKind.Text, body.Slice(colon + 1, bytes));
        body = body[(colon + 1 + bytes)..];
        return Utf8.IsValid(packet.Content.Span);
    }

    /// <summary>Takes the next packet off a body in version 3 in its form in bytes; false when there is no sense in it.</summary>
    public static bool TryTakeThreeInBytes(ref ReadOnlyMemory<byte> body, out PollPacket packet)
    {
        packet = default;
        var bytes = body.Span;
        var end = bytes.IndexOf(LengthEnd);
        if (end is < 2 or > DigitsMax || bytes[0] > 1)
        {
            return false;
        }

        var length = 0;
        foreach (var digit in bytes[1..end])
        {
            if (digit > 9)
            {
                return false;
            }

            length = (length * 10) + digit;
        }

        if (length > bytes.Length - end - 1)
        {
            return false;
        }

        packet = new PollPacket(bytes[0] == 0 ? FrameKind.Text : FrameKind.Binary, body.Slice(end + 1, length));
        body = body[(end + 1 + length)..];
        return packet.Kind == FrameKind.Binary || Utf8.IsValid(packet.Content.Span);
    }

    /// <summary>How many bytes so many UTF-16 characters take; negative when there are fewer.</summary>
    private static int BytesOf(ReadOnlySpan<byte> text, int characters)
    {
        var at = 0;
        for (var left = characters; left > 0;)
        {
            if (at >= text.Length)
            {
                return -1;
            }

            var length = text[at] switch { < 0x80 => 1, < 0xe0 => 2, < 0xf0 => 3, _ => 4 };
            left -= length == 4 ? 2 : 1;
            at += length;
            if (left < 0 || at > text.Length)
            {
                return -1;
            }
        }

        return at;
    }
}

using Orchestrator.Sessions;
using Orchestrator.Users;

namespace Orchestrator.DataStreams;

public sealed class DataStreamIdTests
{
    [Theory]
    [InlineData("s", "u", "k")]
    [InlineData("0a-1", "7", "u.audio#0")]
    [InlineData("a.b:c", "d.e", "::")]
    [InlineData("1.2.3", "4.5.6", "7.8.9")]
    [InlineData("s", "u", " / \\ \0 \n ü 😀 \"")]
    public void A_key_says_which_stream_it_is_in_the_letters_of_an_id(string session, string owner, string kind)
    {
        var id = Id(session, owner, kind);
        DataStreamId.Of(id.Key).ShouldBe(id);
        id.Key.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or ':').ShouldBeTrue(id.Key);
    }

    [Fact]
    public void No_two_streams_have_one_key()
    {
        string[] texts = ["a", "aa", "a.a", "1", "1.1", "a:a", "."];
        var ids = from session in texts from owner in texts from kind in texts select Id(session, owner, kind);
        ids.Select(id => id.Key).ShouldBeUnique();
    }

    [Fact]
    public void The_longest_key_has_its_bound() =>
        Id(new string('s', 128), new string('u', 128), new string('語', 256)).Key.Length.ShouldBe("128.128.".Length + 256 + 1 + 1_024);

    private static DataStreamId Id(string session, string owner, string kind) => new(new SessionId(session), new DataStreamKey(new UserId(owner), kind));
}

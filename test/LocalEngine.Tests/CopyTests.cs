using System.Collections.Immutable;
using Orchestrator.LocalEngine.Support;

namespace Orchestrator.LocalEngine;

public sealed class CopyTests
{
    private readonly MessageCopier _copier = new();

    public static TheoryData<object> Sendable =>
    [
        1, 2L, 3.5, 'c', true, "text", 4.5m, DayOfWeek.Friday, TimeSpan.FromSeconds(1), DateTimeOffset.UnixEpoch, Guid.Empty,
        new Uri("http://localhost/"), new byte[] { 1, 2 }, new[] { "a", "b" }, new List<int> { 1 }, (1, "a"),
        KeyValuePair.Create("a", 1), ImmutableList.Create("a"), ImmutableHashSet.Create(1),
        ImmutableSortedSet.Create(2, 1), new Dictionary<string, int>(StringComparer.Ordinal) { ["a"] = 1 },
        ImmutableDictionary<string, int>.Empty.Add("a", 1), ImmutableSortedDictionary<int, string>.Empty.Add(1, "a"),
        new Line(new Point(1, 2), new Point(3, 4)), new Named("n") { Number = 5 },
    ];

    [Theory]
    [MemberData(nameof(Sendable))]
    public void What_can_be_sent_arrives_equal(object message)
    {
        var copy = _copier.CopyObject(message);

        copy.ShouldBeOfType(message.GetType());
        copy.ShouldBeEquivalentTo(message);
    }

    [Fact]
    public void A_copy_shares_nothing_that_can_change()
    {
        var original = new Box([1, 2], [new Leaf { Bytes = [3] }], null);

        var copy = _copier.Copy(original);

        copy.ShouldNotBeSameAs(original);
        copy.Bytes.ShouldNotBeSameAs(original.Bytes);
        copy.Bytes.ShouldBe(original.Bytes);
        copy.Leaves[0].ShouldNotBeSameAs(original.Leaves[0]);
        copy.Leaves[0].Bytes.ShouldBe([3]);
        copy.Nothing.ShouldBeNull();
    }

    [Fact]
    public void A_member_without_an_id_is_lost_as_on_a_cluster() =>
        _copier.Copy(new Leaf { Bytes = [1], Forgotten = "x" }).Forgotten.ShouldBe("new");

    [Fact]
    public void Ids_on_the_parameters_of_a_record_count_as_well() =>
        _copier.Copy(new ByParameter("a", 2)).ShouldBe(new ByParameter("a", 2));

    [Fact]
    public void A_collection_keeps_its_comparer() =>
        _copier.Copy(ImmutableDictionary.Create<string, int>(StringComparer.OrdinalIgnoreCase).Add("a", 1))
            .ContainsKey("A").ShouldBeTrue();

    [Fact]
    public void An_immutable_array_arrives_equal() => _copier.Copy(ImmutableArray.Create("a", "b")).ShouldBe(["a", "b"]);

    [Fact]
    public void A_missing_array_stays_missing() => _copier.Copy(default(ImmutableArray<int>)).IsDefault.ShouldBeTrue();

    [Fact]
    public void A_type_without_a_serializer_is_refused_by_name()
    {
        Should.Throw<NotSerializableException>(() => _copier.Copy(new Unsendable())).Message
            .ShouldBe($"{typeof(Unsendable)} cannot be sent: it has no [GenerateSerializer].");
        Should.Throw<NotSerializableException>(() => _copier.CopyObject(ImmutableList.Create(new Unsendable())));
        Should.Throw<NotSerializableException>(() => _copier.CopyObject(new Action(() => { })));
        Should.Throw<NotSerializableException>(() => _copier.Copy(new DerivedUnsendable(1)));
    }

    [Fact]
    public void A_message_that_holds_itself_is_refused()
    {
        var loop = new Loop();
        loop.Next = loop;

        Should.Throw<NotSerializableException>(() => _copier.Copy(loop)).Message.ShouldContain("refers to itself");
        _copier.Copy(new Loop()).ShouldNotBeNull();
    }

    [Fact]
    public void An_exception_keeps_type_message_stack_and_the_members_with_an_id()
    {
        var original = Caught(new Coded(7, "no") { Unsent = "x" });

        var copy = _copier.Copy<Exception>(original).ShouldBeOfType<Coded>();

        copy.ShouldNotBeSameAs(original);
        copy.Code.ShouldBe(7);
        copy.Unsent.ShouldBeNull();
        copy.Message.ShouldBe("no");
        copy.StackTrace.ShouldBe(original.StackTrace);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Grains_work_the_same_with_copies(bool copies)
    {
        await using var engine = await Start(copies);
        var grain = engine.Get<IPost>();
        var sent = new Named("letter") { Number = 3 };

        var came = await grain.Send(sent, ImmutableArray.Create(1, 2));
        came.ShouldBe(sent with { Number = 5 });
        await grain.SendOneWay(sent);
        (await grain.Last()).ShouldBe(sent);
        (await Should.ThrowAsync<Coded>(grain.Refuse())).Code.ShouldBe(9);
        (await (await grain.Other("two")).Last()).ShouldBeNull();
        using var cancel = new CancellationTokenSource();
        (await grain.Listens(cancel.Token)).ShouldBeTrue();
        (await Should.ThrowAsync<OperationCanceledException>(grain.Cancelled())).ShouldNotBeNull();
    }

    [Fact]
    public async Task A_grain_never_sees_its_callers_object()
    {
        await using var engine = await Start(copies: true);
        var grain = engine.Get<IPost>();
        var sent = new Named("letter");

        await grain.SendOneWay(sent);
        var last = await grain.Last();

        last.ShouldBe(sent);
        last.ShouldNotBeSameAs(sent);
        (await grain.Last()).ShouldNotBeSameAs(last);
    }

    [Fact]
    public async Task What_cannot_be_sent_fails_the_call_and_names_the_type()
    {
        await using var engine = await Start(copies: true);
        var grain = engine.Get<IPost>();

        (await Should.ThrowAsync<NotSerializableException>(grain.SendWrong(new Unsendable()))).Message
            .ShouldContain(nameof(Unsendable));
        (await Should.ThrowAsync<NotSerializableException>(grain.AnswerWrong())).Message.ShouldContain(nameof(Unsendable));
        (await grain.Last()).ShouldBeNull();
    }

    private static Task<TestEngine> Start(bool copies) => TestEngine.Start(new TestEngine.Setup
    {
        Grains = [typeof(PostGrain)],
        Options = options => options.CopyMessages = copies,
    });

    private static Exception Caught(Exception exception)
    {
        try
        {
            throw exception;
        }
        catch (Exception caught)
        {
            return caught;
        }
    }

    [GenerateSerializer]
    public readonly record struct Point([property: Id(0)] int X, [property: Id(1)] int? Y);

    [GenerateSerializer]
    public sealed record Line([property: Id(0)] Point From, [property: Id(1)] Point To);

    [GenerateSerializer]
    public sealed record Named([property: Id(0)] string Name)
    {
        [Id(1)]
        public int? Number { get; init; }
    }

    [GenerateSerializer]
    internal sealed record ByParameter([Id(0)] string Text, [Id(1)] int Number);

    [GenerateSerializer]
    internal sealed record Box(
        [property: Id(0)] byte[] Bytes, [property: Id(1)] ImmutableArray<Leaf> Leaves, [property: Id(2)] Leaf? Nothing);

    [GenerateSerializer]
    internal sealed class Leaf
    {
        [Id(0)]
        public byte[] Bytes { get; set; } = [];

        public string Forgotten { get; set; } = "new";
    }

    [GenerateSerializer]
    internal sealed class Loop
    {
        [Id(0)]
        public Loop? Next { get; set; }
    }

    [GenerateSerializer]
    internal sealed class Coded(int code, string message) : Exception(message)
    {
        [Id(0)]
        public int Code { get; } = code;

        public string? Unsent { get; set; }
    }

    internal sealed class Unsendable;

    [GenerateSerializer]
    internal abstract record Base([property: Id(0)] int Number);

    internal sealed record DerivedUnsendable(int Number) : Base(Number);

    internal interface IPost : IGrainWithStringKey
    {
        ValueTask<Named> Send(Named letter, ImmutableArray<int> numbers);

        [OneWay]
        Task SendOneWay(Named letter);

        Task<Named?> Last();

        Task Refuse();

        Task<IPost> Other(string key);

        Task<bool> Listens(CancellationToken cancellationToken);

        Task<int> Cancelled();

        Task SendWrong(Unsendable thing);

        Task<Unsendable> AnswerWrong();
    }

    internal sealed class PostGrain : Grain, IPost
    {
        private Named? _last;

        public ValueTask<Named> Send(Named letter, ImmutableArray<int> numbers) =>
            new(letter with { Number = letter.Number + numbers.Length });

        public Task SendOneWay(Named letter)
        {
            _last = letter;
            return Task.CompletedTask;
        }

        public Task<Named?> Last() => Task.FromResult(_last);

        public Task Refuse() => throw new Coded(9, "no");

        public Task<IPost> Other(string key) => Task.FromResult(GrainFactory.GetGrain<IPost>(key));

        public Task<bool> Listens(CancellationToken cancellationToken) => Task.FromResult(cancellationToken.CanBeCanceled);

        public Task<int> Cancelled() => Task.FromCanceled<int>(new CancellationToken(canceled: true));

        public Task SendWrong(Unsendable thing) => Task.CompletedTask;

        public Task<Unsendable> AnswerWrong() => Task.FromResult(new Unsendable());
    }
}

using Yadokari.Rpc.State.Coding;

namespace Yadokari.Rpc.State.Tracking;

internal sealed class ListTracker<T>(string member, CarriedList<T> list, Codec<T> item, bool required) : StateTracker(member, required)
{
    private List<T>? _stage;

    internal override int ChangeCount => list.ChangeCount;

    internal override void Begin() => list.BeginTracking();

    internal override void Stop() => list.StopTracking();

    internal override IEnumerable<ReadOnlyMemory<byte>> Slices(Func<CarriedWriter> newWriter, int most, bool ahead)
    {
        // What is added after this moment is a change: a list that grows all the time would never end.
        int end = list.Count;
        for (int at = 0; at < end;)
        {
            (int start, T[] items) = list.Slice(at, most, ahead);
            if (items.Length == 0)
            {
                break;
            }

            CarriedWriter writer = newWriter();
            writer.BeginList(2);
            writer.WriteInteger(start);
            WriteItems(writer, items);
            at = start + items.Length;
            yield return writer.ToImage();
        }
    }

    internal override void WriteChanges(CarriedWriter writer, bool take)
    {
        (int start, T[] tail, KeyValuePair<int, T>[] set) = take ? list.TakeChanges() : list.Changes();
        writer.BeginList(3);
        writer.WriteInteger(start);
        WriteItems(writer, tail);
        writer.BeginMap(set.Length);
        foreach ((int index, T value) in set)
        {
            writer.WriteInteger(index);
            item.Write(writer, value);
        }
    }

    internal override bool HasStage => _stage is not null;

    internal override void OpenStage() => _stage = [];

    internal override void ReadSlice(CarriedReader reader)
    {
        if (reader.BeginList() != 2)
        {
            throw reader.Wrong("has items of an unknown form");
        }

        ReadTail(reader, Stage(reader));
    }

    internal override void ReadChanges(CarriedReader reader)
    {
        List<T> stage = Stage(reader);
        if (reader.BeginList() != 3)
        {
            throw reader.Wrong("has changes of an unknown form");
        }

        ReadTail(reader, stage);
        int set = reader.BeginMap();
        for (int i = 0; i < set; i++)
        {
            int index = (int)reader.ReadInteger(0, stage.Count - 1);
            stage[index] = item.Read(reader);
        }
    }

    internal override void Commit()
    {
        if (_stage is { } stage)
        {
            list.Replace(stage);
            _stage = null;
        }
    }

    internal override void DropStage() => _stage = null;

    private void WriteItems(CarriedWriter writer, T[] items)
    {
        writer.BeginList(items.Length);
        foreach (T one in items)
        {
            item.Write(writer, one);
        }
    }

    private void ReadTail(CarriedReader reader, List<T> stage)
    {
        int start = (int)reader.ReadInteger(0, stage.Count);
        stage.RemoveRange(start, stage.Count - start);
        int count = reader.BeginList();
        for (int i = 0; i < count; i++)
        {
            stage.Add(item.Read(reader));
        }
    }

    private List<T> Stage(CarriedReader reader) =>
        _stage ?? throw reader.Wrong("has changes, and what they belong to did not come");
}

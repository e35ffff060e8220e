def test_the_last_epoch_measured_is_shown(results, draw):
    figure, table = draw("final_ablation", results("ablation", seeds=[0], measured=(1, 4, 9)), modules=[4, 7])
    assert table["epoch"].unique().tolist() == [9]
    titles = [ax.get_title(loc="left").replace("\N{NO-BREAK SPACE}", " ") for ax in figure.axes]
    assert titles == ["module 4, epoch 9", "module 7, epoch 9"]


def test_either_order_has_a_line_and_a_name(results, draw):
    figure, _ = draw("final_ablation", results("ablation", seeds=[0, 1], measured=[3]), modules=[4])
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["most selective first", "random order"]
    assert figure.axes[0].get_xlabel() == "Channels ablated (%)"

"""Whether short texts are names of persons though nothing else says so: family names of East Asia, and names that lists know."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mesh_platform.classify.texts.lists import shipped

_CHINESE = frozenset(
    "王李张張刘劉陈陳杨楊黄黃赵趙吴吳周徐孙孫马馬朱胡郭何高林罗羅郑鄭梁谢謝宋唐许許韩韓冯馮邓鄧曹彭曾肖田董袁潘于蒋蔣蔡余杜叶葉程苏蘇魏吕呂丁任沈姚卢盧姜崔钟鍾谭譚陆陸汪范石廖贾賈夏韦韋付方白邹鄒孟熊秦邱江尹薛闫阎段雷侯龙龍史陶黎贺賀顾顧毛郝龚邵万萬钱錢严嚴覃武戴莫孔向汤湯常温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟申耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳欧管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝官封谈匡鞠惠荆乐冀郁胥南班储原栗燕楚鄢劳谌奚皮粟冼蔺楼盘满闻位厉伊仝区郜海阚花权强帅屠豆朴盖练廉禹井祖漆巴丰支卿国狄平计索宣晋相初门云容敬来扈晁芮都普阙浦戈伏鹿薄邸雍辜羊阿乌母裘亓修邰赫杭况那宿鲜印逯隆茹诺战慕危玉银亢嵇公哈湛宾戎勾茅利於呼居揭干但尉冶斯元束檀衣信展阴昝智幸奉植衡富尧闭由"
)
_TWO = frozenset(
    ("欧阳", "歐陽", "司马", "司馬", "上官", "诸葛", "諸葛", "夏侯", "皇甫", "尉迟", "公孙", "慕容", "令狐", "司徒", "东方", "西门", "南宫", "长孙", "宇文", "端木", "独孤", "남궁", "황보", "제갈", "사공", "선우", "독고", "서문", "동방")
)  # fmt: skip
_JAPANESE = frozenset(
    ("佐藤", "鈴木", "高橋", "田中", "伊藤", "渡辺", "渡邊", "山本", "中村", "小林", "加藤", "吉田", "山田", "佐々木", "山口", "松本", "井上", "木村", "斎藤", "斉藤", "清水", "山崎", "阿部", "森", "池田", "橋本", "山下", "石川", "中島", "前田", "藤田", "小川", "後藤", "岡田", "長谷川", "村上", "近藤", "石井", "坂本", "遠藤", "青木", "藤井", "西村", "福田", "太田", "三浦", "岡本", "松田", "中川", "中野", "原田", "小野", "田村", "竹内", "金子", "和田", "中山", "石田", "上田", "森田", "原", "柴田", "酒井", "工藤", "横山", "宮崎", "宮本", "内田", "高木", "安藤", "谷口", "大野", "丸山", "今井", "高田", "藤本", "武田", "村田", "上野", "杉山", "増田", "平野", "大塚", "千葉", "久保", "松井", "小島", "岩崎", "桜井", "野口", "松尾", "野村", "木下", "菊地", "佐野", "大西", "杉本", "新井", "浜田", "市川", "古川", "水野", "小松", "島田", "小山", "五十嵐", "西田", "山内", "菊池", "高野", "吉川", "永井", "松岡", "飯田", "中田", "川口", "北村", "平田", "本田", "吉村", "川崎", "久保田", "東", "岩田", "服部", "辻", "福島", "川上", "樋口", "永田", "中西", "秋山", "土屋", "関", "荒木", "大橋", "松下", "田口", "馬場", "小池", "熊谷", "矢野", "森本", "大久保", "松村", "浅野", "渡部", "川村", "大島", "荒井", "星野", "早川", "尾崎", "坂口", "黒田", "吉岡", "内藤", "須藤", "岡", "石原", "三宅", "西川", "小沢", "内山", "関口", "桑原", "平井", "児玉", "田辺", "岡崎", "望月", "榎本", "横田", "宮田", "片山", "上村", "今村", "河野", "本間", "栗原", "南", "堀", "西", "天野", "八木", "大谷", "奥村", "北川", "山中", "大川", "平山", "白石", "津田", "鎌田", "柳田", "相沢", "相馬", "足立", "堀内", "飯塚", "川島", "滝沢", "福井", "富田", "松浦", "吉野", "中井", "神田", "広瀬", "三好", "片岡", "川田", "西山", "大石", "藤原", "金井", "根本", "高山", "浅井", "中尾", "日高", "小田", "小西", "竹田", "長田", "松永", "関根", "石橋", "大森", "茂木", "町田", "戸田", "松原", "安田", "稲垣", "榊原", "村山", "落合", "永野", "三上", "堀田", "宮川", "宮下", "篠原", "大場", "川合", "佐伯", "古田", "小倉", "戸塚")
)  # fmt: skip
_KOREAN = frozenset(
    "김이박최정강조윤장임한오서신권황안송전홍유고문양손배백허남심노하곽성차주우구민진지엄채원천방공현함변염여추도소석선설마길연위표명기반왕금옥육인맹제모탁국어은편용류나"
)
_NO_NAME = re.compile(r".*[市区區县縣県町村州省道都府郡镇鎮街路시군구도동읍면리]")
_EAST = re.compile(r"[\u3400-\u9fff\u3005]{2,6}|[\uac00-\ud7a3]{2,4}")


def of_the_east(text: str) -> bool:
    """A family name of China, Japan or Korea with a given name behind it, written without blanks."""
    plain = re.sub(r"[\s·・]", "", text)
    if not _EAST.fullmatch(plain) or _NO_NAME.fullmatch(plain):
        return False
    if plain[0] in _KOREAN:
        return len(plain) <= 3 or plain[:2] in _TWO
    if plain[:2] in _TWO:
        return len(plain) <= 4
    return (len(plain) <= 3 and plain[0] in _CHINESE) or any(plain[:n] in _JAPANESE and n < len(plain) for n in (3, 2, 1))


def east(values: Sequence[str]) -> float:
    """The share of `values` that are such names."""
    return sum(map(of_the_east, values)) / len(values) if values else 0.0


def whole(values: Sequence[str]) -> float:
    """The share of `values` of two words and more of which the first and the last are known names of persons."""
    hits = 0
    for value in values:
        words = re.findall(r"[^\W\d_]{2,}", value)
        hits += len(words) >= 2 and all({"given", "family"} & set(shipped().of(word)) for word in (words[0], words[-1]))
    return hits / len(values) if values else 0.0


def known(values: Sequence[str]) -> tuple[float, float]:
    """The share of `values` that begin or end with a known name of a person, and of those that a list of places or brands knows."""
    names = others = 0
    for value in values:
        words = re.findall(r"[^\W\d_]{2,}", value)
        kinds = [set(shipped().of(word)) for word in words[:1] + words[-1:]]
        names += any(kind & {"given", "family"} for kind in kinds)
        others += any(kind & {"place", "brand", "common"} and not kind & {"given", "family"} for kind in kinds)
    return (names / len(values), others / len(values)) if values else (0.0, 0.0)

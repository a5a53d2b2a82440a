"""What each module of FreeSWITCH 1.10.12 brings: module -> kind -> names, `|` between them. Recorded.

Kinds as `show modules` calls them.
"""

from __future__ import annotations

from typing import Final

INTERFACES: Final[dict[str, dict[str, str]]] = {
    "mod_logfile": {
        "generic": "mod_logfile",
    },
    "mod_commands": {
        "api": (
            "...|acl|alias|banner|bg_spawn|bg_system|bgapi|break|coalesce|complete|cond|console_complete|"
            "console_complete_xml|create_uuid|db_cache|domain_data|domain_exists|echo|escape|eval|"
            "event_channel_broadcast|expand|file_exists|find_user_xml|fsctl|getcputime|getenv|gethost|"
            "global_getvar|global_setvar|group_call|help|host_lookup|hostname|hupall|in_group|interface_ip|"
            "is_lan_addr|json|limit_hash_usage|limit_interval_reset|limit_reset|limit_status|limit_usage|"
            "list_users|load|log|md5|memory|module_exists|msleep|msrp|nat_map|originate|pause|pool_stats|"
            "quote_shell_arg|reg_url|regex|reload|reloadacl|reloadxml|replace|say_string|sched_api|"
            "sched_broadcast|sched_del|sched_hangup|sched_transfer|show|shutdown|spawn|spawn_stream|sql_escape|"
            "status|strftime_tz|stun|switchname|system|time_test|timer_test|tolower|tone_detect|toupper|unload|"
            "unsched_api|uptime|url_decode|url_encode|user_data|user_exists|uuid_answer|uuid_audio|uuid_break|"
            "uuid_bridge|uuid_broadcast|uuid_buglist|uuid_capture_text|uuid_chat|uuid_codec_debug|"
            "uuid_codec_param|uuid_debug_media|uuid_deflect|uuid_displace|uuid_display|uuid_drop_dtmf|"
            "uuid_dual_transfer|uuid_dump|uuid_early_ok|uuid_exists|uuid_fileman|uuid_flush_dtmf|uuid_getvar|"
            "uuid_hold|uuid_jitterbuffer|uuid_kill|uuid_limit|uuid_limit_release|uuid_loglevel|uuid_media|"
            "uuid_media_3p|uuid_media_params|uuid_media_reneg|uuid_msrp_send|uuid_outgoing_answer|uuid_park|"
            "uuid_pause|uuid_phone_event|uuid_pre_answer|uuid_preprocess|uuid_record|uuid_recovery_refresh|"
            "uuid_recv_dtmf|uuid_redirect|uuid_ring_ready|uuid_send_dtmf|uuid_send_info|uuid_send_message|"
            "uuid_send_text|uuid_session_heartbeat|uuid_set_media_stats|uuid_setvar|uuid_setvar_multi|"
            "uuid_simplify|uuid_transfer|uuid_video_bandwidth|uuid_video_bitrate|uuid_video_refresh|"
            "uuid_xfer_zombie|uuid_zombie_exec|version|xml_flush_cache|xml_locate|xml_wrap"
        ),
        "application": "msrp_recv_file|msrp_send_file",
        "json_api": "channelData|execute|fsapi|mediaStats|status",
    },
    "mod_dialplan_xml": {
        "dialplan": "XML",
    },
    "mod_dptools": {
        "api": "chat|page|presence|strepoch|strftime|strmicroepoch",
        "application": (
            "acknowledge_call|answer|att_xfer|bgsystem|bind_digit_action|bind_meta_app|blind_transfer_ack|"
            "block_dtmf|break|bridge|bridge_export|broadcast|capture|capture_text|check_acl|clear_digit_action|"
            "clear_speech_cache|cng_plc|debug_media|deduplicate_dtmf|deflect|delay_echo|detect_audio|"
            "detect_silence|detect_speech|digit_action_set_realm|displace_session|early_hangup|eavesdrop|echo|"
            "enable_heartbeat|enable_keepalive|endless_playback|eval|event|execute_extension|export|fax_detect|"
            "filter_codecs|flush_dtmf|gentones|hangup|hold|info|intercept|ivr|jitterbuffer|limit|limit_execute|"
            "limit_hash|limit_hash_execute|log|loop_playback|media_reset|mkdir|multiset|multiunset|mutex|"
            "native_eavesdrop|novideo|page|park|park_state|phrase|pickup|play_and_detect_speech|"
            "play_and_get_digits|playback|pre_answer|preprocess|presence|privacy|push|queue_dtmf|read|record|"
            "record_session|record_session_mask|record_session_pause|record_session_resume|"
            "record_session_unmask|recovery_refresh|redirect|remove_bugs|rename|respond|reuse_caller_profile|"
            "ring_ready|say|sched_broadcast|sched_cancel|sched_hangup|sched_heartbeat|sched_transfer|"
            "send_display|send_dtmf|send_info|session_loglevel|set|set_audio_level|set_global|set_media_stats|"
            "set_mute|set_name|set_profile_var|set_user|set_zombie_exec|sleep|soft_hold|sound_test|speak|"
            "start_dtmf|start_dtmf_generate|stop|stop_displace_session|stop_dtmf|stop_dtmf_generate|"
            "stop_record_session|stop_tone_detect|stop_video_write_overlay|strftime|system|three_way|"
            "tone_detect|transfer|transfer_vars|unbind_meta_app|unblock_dtmf|unhold|unset|unshift|vad_test|"
            "verbose_events|video_decode|video_refresh|video_write_overlay|wait_for_answer|wait_for_silence|"
            "wait_for_video_ready"
        ),
        "chat": "api|event",
        "dialplan": "inline",
        "endpoint": "error|group|pickup|user",
        "file": "file|file_string",
    },
    "mod_event_socket": {
        "api": "event_sink",
        "application": "socket",
    },
    "mod_json_cdr": {
        "generic": "mod_json_cdr",
    },
    "mod_sofia": {
        "api": (
            "sofia|sofia_contact|sofia_count_reg|sofia_dig|sofia_gateway_data|sofia_presence_data|"
            "sofia_username_of"
        ),
        "application": "sofia_sla|sofia_stir_shaken_vs",
        "chat": "sip",
        "endpoint": "rtp|sofia",
        "json_api": "sofia.status|sofia.status.info",
        "management": "1001",
    },
    "mod_loopback": {
        "application": "unloop",
        "endpoint": "loopback|null",
    },
    "mod_sndfile": {
        "api": "sndfile_debug",
        "file": (
            "adpcm|aiff|al|alaw|au|avr|caf|flac|gsm|htk|iff|m1a|mat|mpc|oga|ogg|paf|pvf|r16|r24|r32|r8|raw|"
            "rf64|sd2|sds|sf|ul|ulaw|voc|vox|w64|wav|wve|xi"
        ),
    },
    "mod_tone_stream": {
        "file": "silence_stream|tone_stream",
    },
    "mod_local_stream": {
        "api": "local_stream",
        "file": "local_stream",
    },
    "mod_http_cache": {
        "api": "http_clear_cache|http_get|http_prefetch|http_put|http_remove_cache|http_tryget",
        "file": "http_cache",
    },
    "mod_tts_commandline": {
        "speech": "tts_commandline",
    },
    "mod_python3": {
        "api": "pyrun|python",
        "application": "python",
    },
    "mod_console": {
        "api": "console",
    },
    "mod_db": {
        "api": "db|group",
        "application": "db|group",
        "limit": "db",
    },
    "mod_hash": {
        "api": "hash|hash_dump|hash_remote",
        "application": "hash",
        "limit": "hash",
    },
    "CORE_PCM_MODULE": {
        "codec": "G.711 alaw|G.711 ulaw|PROXY PASS-THROUGH|PROXY VIDEO PASS-THROUGH|RAW Signed Linear (16 bit)",
    },
    "CORE_SPEEX_MODULE": {
        "codec": "Speex",
    },
    "CORE_SOFTTIMER_MODULE": {
        "timer": "soft",
    },
}

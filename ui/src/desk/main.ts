import { createApp } from 'vue'
import { mountSprite } from '@/kit/sprite'
import DeskApp from './DeskApp.vue'
import { useWords } from './words'
import './desk.css'

async function start(): Promise<void> {
  await useWords(localStorage.getItem('desk-language') === 'en' ? 'en' : 'zh-CN')
  mountSprite()
  createApp(DeskApp).mount('#desk')
}

void start()
